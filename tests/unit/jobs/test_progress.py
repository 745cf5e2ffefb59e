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
        started_at=timezone.now() - timedelta(seconds=10),
        progress_done=50 * MIB,
    )
    Step.objects.filter(key="dropped image").update(state=StepState.SKIPPED)
    progress = job_progress(job)
    assert (progress.total, progress.done, progress.running, progress.skipped) == (4, 1, 1, 1)
    assert (progress.bytes_done, progress.bytes_total) == (50 * MIB, 200 * MIB)
    assert progress.bytes_per_second == pytest.approx(5 * MIB, rel=0.05)
    assert progress.seconds_left == pytest.approx(30, rel=0.05)
    assert [group.group for group in progress.groups] == ["identity", "images"]
    assert progress.groups[1].bytes_done == 50 * MIB
    assert progress.current == ["Step image"]
    assert progress.percent == 50


@pytest.mark.django_db
@pytest.mark.parametrize("steps", [1, 200])
def test_the_number_of_queries_does_not_grow(steps, django_assert_num_queries):
    job = rehearse(*(spec(str(n), group=str(n % 7)) for n in range(steps)))
    with django_assert_num_queries(3):
        job_progress(job)


@pytest.mark.django_db
def test_without_bytes_the_time_left_follows_the_pace_of_the_steps():
    job = rehearse(*(spec(str(n)) for n in range(10)))
    assert job_progress(job).seconds_left is None
    Step.objects.filter(ordinal__lt=5).update(state=StepState.DONE)
    Job.objects.update(started_at=timezone.now() - timedelta(seconds=20))
    assert job_progress(job).seconds_left == pytest.approx(20, rel=0.05)


@pytest.mark.django_db
def test_while_a_step_counts_down_what_it_has_to_wait_is_the_time_left():
    job = rehearse(*(spec(str(n)) for n in range(5)))
    Job.objects.update(started_at=timezone.now() - timedelta(seconds=90))
    Step.objects.filter(ordinal__lt=3).update(state=StepState.DONE)
    Step.objects.filter(ordinal=3).update(
        state=StepState.RUNNING, progress_done=80, progress_total=300, progress_unit=SECONDS
    )
    assert job_progress(job).seconds_left == 220


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
