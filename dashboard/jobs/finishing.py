"""How a job ends, or comes to a hold."""

import traceback
from collections import Counter
from functools import partial
from typing import Any

from django.db import OperationalError, transaction
from django.db.models import Count, QuerySet
from django.utils import timezone

from dashboard.jobs.claiming import abandoned_steps, unblocked_steps
from dashboard.jobs.events import event_raised, job_finished
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Job, JobServer, LogLevel, Step
from dashboard.jobs.states import ACTIVE_JOB_STATES, BROKEN_STEP_STATES, JobState, StepState
from dashboard.jobs.transitions import in_transaction, transition_job, transition_steps


def finish_job(job_id: int) -> JobState | None:
    """End or hold a job that cannot go on by itself, and return its new state.

    None when it can go on, or has ended already. Any number of runners may call this at any time:
    the job's row is locked while its steps are counted, so exactly one of them ends it.
    """
    state = in_transaction(partial(_finish, job_id))
    if state is not None and state not in ACTIVE_JOB_STATES:
        _notify_kind(Job.objects.get(pk=job_id))
    return state


def describe(counts: Counter[str]) -> str:
    """Return a sentence that counts the steps of a job by state."""
    done = f"{counts[StepState.DONE]} of {counts.total()} steps done"
    others = {
        "skipped": counts[StepState.SKIPPED],
        "failed": counts[StepState.FAILED],
        "errored": counts[StepState.ERRORED],
        "not done": counts[StepState.PENDING],
    }
    return ", ".join([done, *(f"{count} {name}" for name, count in others.items() if count)]) + "."


def _finish(job_id: int) -> JobState | None:
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None or not job.is_active:
        return None
    if job.cancel_requested:
        _put_back_abandoned(job_id)
    counts = _count_steps(job_id)
    state = _end_state(job, counts)
    if state is None or not transition_job(job_id, to=state, **_end_fields(job_id, state, counts)):
        return None
    _raise_event(Job.objects.get(pk=job_id))
    return state


def _put_back_abandoned(job_id: int) -> None:
    lost = abandoned_steps(job_id)
    transition_steps(lost, to=StepState.PENDING, resumed=True, lease_owner="", lease_until=None)


def _count_steps(job_id: int) -> Counter[str]:
    counted = (
        Step.objects.filter(job_id=job_id).order_by().values_list("state").annotate(Count("pk"))
    )
    return Counter(dict(counted))


def _end_state(job: Job, counts: Counter[str]) -> JobState | None:
    """Return the job's final state given its step counts, None if something can still go on."""
    if counts[StepState.RUNNING]:
        return None
    if job.cancel_requested:
        return JobState.CANCELLED
    if job.state != JobState.RUNNING or unblocked_steps(job.pk).exists():
        return None
    if counts[StepState.ERRORED]:
        return JobState.ERRORED
    if counts[StepState.FAILED]:
        return JobState.FAILED
    if not counts[StepState.PENDING]:
        return JobState.DONE
    return JobState.HELD if is_held(job) else JobState.ERRORED


def is_held(job: Job) -> bool:
    """Return whether the job, or a server of it, is held."""
    return job.hold_before is not None or held_servers(job).exists()


def held_servers(job: Job) -> QuerySet[JobServer]:
    """Return the servers of the job that are held."""
    return JobServer.objects.filter(job=job.pk, held=True, state=StepState.PENDING)


def _end_fields(job_id: int, state: JobState, counts: Counter[str]) -> dict[str, Any]:
    explanation = describe(counts)
    if state in (JobState.FAILED, JobState.ERRORED):
        explanation = f"{_first_failure(job_id)} {explanation}"
    if state in ACTIVE_JOB_STATES:
        return {"explanation": explanation}
    return {"explanation": explanation, "finished_at": timezone.now(), "active_subject": None}


def _first_failure(job_id: int) -> str:
    broken = Step.objects.filter(job_id=job_id, state__in=BROKEN_STEP_STATES)
    first = broken.order_by("ordinal").values_list("error", flat=True).first()
    return first or "Steps wait for steps that will never finish."


def _raise_event(job: Job) -> None:
    """Raise the job's event with its new state; an error in it does not keep the state back."""
    try:
        with transaction.atomic():
            if event := job_kind(job.kind).event(job):
                event_raised.send(sender=Job, job=job, event=event)
    except OperationalError:  # the database may have undone the whole transaction: again
        raise
    except Exception as error:
        _log_break(job, "Raising the job's event", error)


def _notify_kind(job: Job) -> None:
    try:
        job_kind(job.kind).on_finished(job)
        job_finished.send(sender=Job, job=job)
    except Exception as error:
        _log_break(job, "Finishing the job", error)


def _log_break(job: Job, what: str, error: Exception) -> None:
    details = "".join(traceback.format_exception(error))
    write_log(job, f"{what} broke:\n{details}", level=LogLevel.ERROR)
