"""Whatever a step raises is its outcome: its thread goes on, and the job has an end."""

import pytest

from dashboard.errors import NeedsOperator, Retryable
from dashboard.jobs import step_threads
from dashboard.jobs.claiming import MOST_ATTEMPTS
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.outcomes import pause_before
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import JobState, StepState
from tests.support.rehearsal.job_kinds.rehearsal import Rehearsal
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(60)]


def test_attempts_at_a_step_that_gets_on_are_counted_anew(monkeypatch) -> None:
    attempts = []

    def advance(_kind: Rehearsal, step: Step, context: StepContext) -> None:
        attempts.append(step.attempt)
        if len(attempts) < 2 * MOST_ATTEMPTS:
            context.advanced()
            raise Retryable("Not yet.", retry_after=0)

    monkeypatch.setattr(Rehearsal, "nothing", advance)
    job = rehearse(spec("a", "nothing"))
    run_job(job.pk)
    assert job.steps.get().state == StepState.DONE
    assert attempts == [1] + [2] * (2 * MOST_ATTEMPTS - 1)


class Unspeakable(Exception):
    """Has no text."""

    def __str__(self) -> str:
        raise ValueError("not even this")


class OfNobody(BaseException):
    """What ``except Exception`` does not catch."""


def without_text() -> NeedsOperator:
    error = NeedsOperator("It refused.")
    error.request_id = error.fix = None  # type: ignore[assignment]
    return error


@pytest.mark.parametrize(
    ("error", "state"),
    [
        (Unspeakable(), StepState.ERRORED),
        (OfNobody("gone"), StepState.ERRORED),
        (SystemExit(3), StepState.ERRORED),
        (KeyboardInterrupt(), StepState.ERRORED),
        (RecursionError(), StepState.ERRORED),
        (MemoryError(), StepState.ERRORED),
        (ValueError("a\0b \udcff"), StepState.ERRORED),
        (NeedsOperator("a\0b \udcff", request_id="\0"), StepState.FAILED),
        (without_text(), StepState.ERRORED),
    ],
    ids=repr,
)
def test_whatever_a_step_raises_is_its_outcome(error, state, monkeypatch) -> None:
    def raise_it(*_arguments: object) -> None:
        raise error

    monkeypatch.setattr(Rehearsal, "nothing", raise_it)
    job = rehearse(spec("a", "nothing"))
    run_job(job.pk)
    step = job.steps.get()
    assert (step.state, step.lease_owner) == (state, "")
    assert step.error and "\0" not in step.error
    assert not Job.objects.get(pk=job.pk).is_active


@pytest.mark.parametrize("asked", [1e300, float("inf"), float("nan"), 1767225600000.0, -5.0])
def test_no_service_makes_a_step_wait_for_more_than_an_hour(asked: float) -> None:
    assert 0 <= pause_before(1, asked) <= 3600


def test_a_thread_that_cannot_close_its_connection_takes_the_next_step(monkeypatch) -> None:
    def break_down() -> None:
        raise OSError("the database is down")

    monkeypatch.setattr(step_threads, "close_old_connections", break_down)
    job = rehearse(spec("a", "nothing"), spec("b", "nothing", needs=["a"]))
    run_job(job.pk)
    assert Job.objects.get(pk=job.pk).state == JobState.DONE
