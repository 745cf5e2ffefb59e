"""What an operator does to a job, and what the engine makes of it."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from dashboard.errors import BadInput, Conflict
from dashboard.jobs.models import Job, LogLine, Step
from dashboard.jobs.operating import cancel, hold, release_hold, resume, retry_step, skip_step
from dashboard.jobs.requester import CLI, SCHEDULE, Requester, on_page
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, Phase, StepState
from tests.support.rehearsal.jobs import rehearse, spec, states, step_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def operator() -> Requester:
    return on_page(User.objects.create_user("olga"))


def ran(job: Job) -> Job:
    run_job(job.pk)
    return Job.objects.get(pk=job.pk)


def fix(job: Job) -> None:
    """Make the steps that would fail succeed from now on."""
    Step.objects.filter(job=job).update(action="nothing")


def said(job: Job) -> list[str]:
    return list(LogLine.objects.filter(job=job).values_list("message", flat=True))


def test_a_waiting_job_is_cancelled_at_once(operator):
    job = cancel(rehearse(spec("a")), requester=operator)
    assert job.state == JobState.CANCELLED and job.finished_at and not job.active_subject
    assert said(job) == ["Cancelled by olga."]
    assert states(ran(job)) == {"a": "pending"}


def test_a_held_job_is_cancelled_at_once(operator):
    job = ran(rehearse(spec("a"), hold_before=Phase.PREPARE))
    assert cancel(job, requester=operator).state == JobState.CANCELLED


def test_a_cancelled_job_can_be_resumed(operator):
    job = cancel(rehearse(spec("a")), requester=operator)
    assert resume(job, requester=operator).state == JobState.RUNNING
    assert ran(job).state == JobState.DONE


def test_resuming_retries_failed_and_errored_steps(operator):
    job = ran(rehearse(spec("a", "refuse"), spec("b", "crash"), spec("c", needs=["a", "b"])))
    fix(job)
    resume(job, requester=operator)
    step = step_of(job, "a")
    assert (step.state, step.error, step.attempt, step.resumed) == ("pending", "", 0, True)
    job = ran(job)
    assert job.state == JobState.DONE
    assert "Resumed by olga." in said(job)


def test_resuming_while_another_job_has_the_subject_is_a_conflict(operator):
    job = ran(rehearse(spec("a", "refuse"), subject="tenant"))
    other = rehearse(spec("a"), subject="tenant")
    with pytest.raises(Conflict) as refusal:
        resume(job, requester=operator)
    assert refusal.value.job == other.pk
    assert Job.objects.get(pk=job.pk).state == JobState.FAILED
    assert states(job) == {"a": "failed"}


@pytest.mark.parametrize("act", [cancel, release_hold])
def test_a_job_that_has_ended_is_neither_cancelled_nor_released(act, operator):
    job = ran(rehearse(spec("a")))
    with pytest.raises(BadInput):
        act(job, requester=operator)


def test_a_done_job_is_not_resumed_and_an_active_one_neither(operator):
    for job in (ran(rehearse(spec("a"))), rehearse(spec("a"))):
        with pytest.raises(BadInput):
            resume(job, requester=operator)


def test_retrying_one_step_continues_its_job_and_leaves_the_other_failed(operator):
    job = ran(rehearse(spec("a", "refuse"), spec("b", "refuse"), spec("c", needs=["a"])))
    fix(job)
    assert retry_step(step_of(job, "a"), requester=operator).state == JobState.RUNNING
    job = ran(job)
    assert states(job) == {"a": "done", "b": "failed", "c": "done"}
    assert job.state == JobState.FAILED


def test_a_step_that_has_not_failed_is_not_retried(operator):
    job = ran(rehearse(spec("a")))
    with pytest.raises(BadInput):
        retry_step(step_of(job, "a"), requester=operator)


def test_a_skip_is_passed_on_along_hard_dependencies_only(operator):
    job = ran(
        rehearse(
            spec("network", "refuse"),
            spec("port", needs=["network"]),
            spec("server", needs=["port"]),
            spec("password", after=["server", "network"]),
            spec("flavor"),
        )
    )
    assert states(job)["password"] == StepState.PENDING
    skip_step(step_of(job, "network"), reason="made by hand", requester=operator)
    job = ran(job)
    assert states(job) == {
        "network": "skipped",
        "port": "skipped",
        "server": "skipped",
        "password": "done",
        "flavor": "done",
    }
    assert step_of(job, "network").skip_reason == "made by hand"
    assert (
        "Step network" in step_of(job, "server").skip_reason
        or "Step port" in step_of(job, "server").skip_reason
    )
    assert job.state == JobState.DONE
    assert job.explanation == "2 of 5 steps done, 3 skipped."


def test_a_step_with_two_skipped_needs_is_counted_down_once_for_each(operator):
    job = ran(
        rehearse(
            spec("a", "refuse"),
            spec("b", "refuse"),
            spec("c", needs=["a"], after=["b"]),
            spec("d", after=["a", "b"]),
        )
    )
    skip_step(step_of(job, "a"), reason="no", requester=operator)
    assert step_of(job, "d").blockers == 1
    skip_step(step_of(job, "b"), reason="no", requester=operator)
    assert states(ran(job)) == {"a": "skipped", "b": "skipped", "c": "skipped", "d": "done"}


def test_a_pending_step_can_be_skipped_before_its_job_runs(operator):
    job = rehearse(spec("a"), spec("b", needs=["a"]))
    skip_step(step_of(job, "b"), reason="not wanted", requester=operator)
    assert states(ran(job)) == {"a": "done", "b": "skipped"}


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_skip_needs_a_reason(reason, operator):
    job = ran(rehearse(spec("a", "refuse")))
    with pytest.raises(BadInput):
        skip_step(step_of(job, "a"), reason=reason, requester=operator)


@pytest.mark.parametrize("state", [StepState.RUNNING, StepState.DONE, StepState.SKIPPED])
def test_a_running_or_finished_step_is_not_skipped(state, operator):
    job = rehearse(spec("a"), spec("b", needs=["a"]))
    Step.objects.filter(key="a").update(state=state)
    with pytest.raises(BadInput):
        skip_step(step_of(job, "a"), reason="no", requester=operator)
    assert states(job) == {"a": state, "b": "pending"}


def test_holding_and_releasing_are_in_the_log(operator):
    job = hold(rehearse(spec("a")), before=Phase.CUTOVER, requester=operator)
    assert job.hold_before == Phase.CUTOVER
    assert release_hold(job, requester=operator).hold_before is None
    assert said(job) == ["Held before cutover by olga.", "Released by olga."]


@pytest.mark.parametrize(
    ("requester", "name"), [(CLI, "the command line"), (SCHEDULE, "Pumphouse")], ids=str
)
def test_the_log_names_where_a_request_without_a_user_came_from(requester, name):
    job = cancel(rehearse(spec("a")), requester=requester)
    assert f"Cancelled by {name}." in said(job)


def test_a_job_is_not_held_until_a_time_that_has_passed(operator):
    passed = timezone.now() - timedelta(minutes=1)
    job = rehearse(spec("a"))
    with pytest.raises(BadInput, match="has already passed"):
        hold(job, before=Phase.CUTOVER, until=passed, requester=operator)
    job.refresh_from_db()
    assert job.hold_before is None


def test_a_job_without_a_hold_is_not_released(operator):
    with pytest.raises(BadInput):
        release_hold(rehearse(spec("a")), requester=operator)


def test_a_refused_action_changes_nothing(operator):
    job = ran(rehearse(spec("a", "refuse"), subject="tenant"))
    rehearse(spec("a"), subject="tenant")
    before = said(job)
    with pytest.raises(Conflict):
        retry_step(step_of(job, "a"), requester=operator)
    assert states(job) == {"a": "failed"}
    assert said(job) == before
