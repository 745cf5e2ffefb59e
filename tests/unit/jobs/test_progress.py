"""The progress of a job is read by a fixed number of queries."""

from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.jobs.kinds import BYTES, SECONDS
from dashboard.jobs.models import Job, Step
from dashboard.jobs.progress import JobProgress, job_progress
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.waiting import wait_for_job
from tests.support.rehearsal.jobs import rehearse, spec

MIB = 2**20


@pytest.mark.django_db
def test_counts_bytes_rate_and_time_left_come_from_the_steps():
    job = rehearse(
        spec("user", group="identity"),
        spec("image", group="images", expected_bytes=100 * MIB),
        spec("other image", group="images", expected_bytes=100 * MIB),
        spec("dropped image", group="images", expected_bytes=100 * MIB),
    )
    Step.objects.filter(key="user").update(state=StepState.DONE)
    Step.objects.filter(key="image").update(
        state=StepState.RUNNING,
        started_at=timezone.now() - timedelta(seconds=1000),
        progress_done=50 * MIB,
    )
    Step.objects.filter(key="dropped image").update(state=StepState.SKIPPED)
    Step.objects.filter(key="other image").update(state=StepState.DONE, progress_done=100 * MIB)
    Job.objects.update(state=JobState.RUNNING)
    job.refresh_from_db()
    progress = job_progress(job)
    assert (progress.total, progress.done, progress.running, progress.skipped) == (4, 2, 1, 1)
    assert (progress.bytes_done, progress.bytes_total) == (150 * MIB, 200 * MIB)
    assert progress.bytes_per_second == pytest.approx(MIB / 20, rel=0.05)
    assert progress.seconds_left == pytest.approx(1000, rel=0.05)
    assert [group.group for group in progress.groups] == ["identity", "images"]
    assert progress.groups[1].bytes_done == 150 * MIB
    assert progress.current == ["Step image"]
    assert progress.percent == 75


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [1, 200])
def test_the_number_of_queries_does_not_grow(steps, django_assert_num_queries):
    job = rehearse(*(spec(str(n), group=str(n % 7)) for n in range(steps)))
    with django_assert_num_queries(2):
        job_progress(job)


def running_job(*, done: int, pending: int, took: int = 400) -> Job:
    """Return a job of like steps that runs: so many are done, one runs since just now."""
    job = rehearse(*(spec(str(n)) for n in range(done + 1 + pending)))
    now = timezone.now()
    began = now - timedelta(hours=1)
    Job.objects.update(state=JobState.RUNNING, started_at=began)
    Step.objects.filter(ordinal__lt=done).update(
        state=StepState.DONE, started_at=began, finished_at=began + timedelta(seconds=took)
    )
    Step.objects.filter(ordinal=done).update(state=StepState.RUNNING, started_at=now)
    job.refresh_from_db()
    return job


@pytest.mark.django_db
def test_the_time_left_is_what_like_steps_took():
    assert job_progress(running_job(done=5, pending=4)).seconds_left == pytest.approx(2000, abs=100)


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        pytest.param({"state": JobState.HELD}, id="held"),
        pytest.param({"state": JobState.FAILED}, id="failed"),
        pytest.param({"state": JobState.CANCELLED}, id="cancelled"),
    ],
)
def test_a_job_that_does_not_run_has_no_time_left(change):
    job = running_job(done=5, pending=4)
    Job.objects.filter(pk=job.pk).update(**change)
    assert job_progress(Job.objects.get(pk=job.pk)).seconds_left is None


@pytest.mark.django_db
def test_too_few_like_steps_or_a_broken_one_tell_no_time():
    assert job_progress(running_job(done=2, pending=4)).seconds_left is None
    job = running_job(done=5, pending=4)
    job.steps.filter(state=StepState.PENDING, ordinal=6).update(state=StepState.FAILED)
    assert job_progress(job).seconds_left is None


@pytest.mark.django_db
def test_while_a_step_waits_the_time_left_does_not_grow():
    job = running_job(done=5, pending=4)
    seen: list[float] = []
    for elapsed in (0, 200, 600, 1100):
        began = timezone.now() - timedelta(seconds=elapsed)
        job.steps.filter(state=StepState.RUNNING).update(started_at=began)
        seen.append(job_progress(job).seconds_left or 0)
    assert seen == sorted(seen, reverse=True) and seen[-1] == pytest.approx(1600, abs=100)
    began = timezone.now() - timedelta(hours=15)
    job.steps.filter(state=StepState.RUNNING).update(started_at=began)
    assert job_progress(job).seconds_left is None


@pytest.mark.django_db
def test_while_a_step_counts_down_what_it_has_to_wait_is_the_time_left():
    job = running_job(done=3, pending=0)
    job.steps.filter(state=StepState.RUNNING).update(
        progress_done=80, progress_total=300, progress_unit=SECONDS
    )
    assert job_progress(job).seconds_left == 220


@pytest.mark.django_db
def test_a_step_that_is_retried_later_says_when_and_why():
    job = running_job(done=1, pending=1)
    due = timezone.now() + timedelta(minutes=1)
    job.steps.filter(state=StepState.PENDING).update(
        not_before=due, attempt=2, error="Cloud new does not answer.", fix="Start it."
    )
    [retried] = job_progress(job).retrying
    assert (retried.attempts, retried.at) == (2, due)
    assert (retried.error, retried.fix) == ("Cloud new does not answer.", "Start it.")
    assert job_progress(job).current == ["Step 1"]


@pytest.mark.django_db(transaction=True)
def test_what_a_step_reports_last_is_stored_however_often_it_reports():
    job = rehearse(spec("a", "copy", params={"size": 4 * MIB}))
    run_job(job.pk)
    step = Step.objects.get(job=job)
    assert (step.progress_done, step.progress_total, step.progress_unit) == (
        4 * MIB,
        4 * MIB,
        BYTES,
    )


@pytest.mark.django_db(transaction=True)
def test_waiting_for_a_job_shows_each_change_and_gives_its_end():
    job = rehearse(spec("a"))
    seen: list[JobProgress] = []

    def note(progress: JobProgress) -> None:
        seen.append(progress)
        if progress.state == JobState.QUEUED:
            run_job(job.pk)

    assert wait_for_job(job, seconds=10, on_change=note).state == JobState.DONE
    assert [progress.state for progress in seen] == [JobState.QUEUED, JobState.DONE]


@pytest.mark.django_db
def test_waiting_for_a_job_that_does_not_move_ends_in_time():
    with pytest.raises(TimeoutError):
        wait_for_job(rehearse(spec("a")), seconds=0.05)
