"""What an operator may do to a job and its steps.

Every function locks the job's row, so that no runner ends the job meanwhile, writes to the job's
log who asked, and returns the job as it then is. It raises ``WrongState`` when the state does not
allow the action.
"""

from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from dashboard import secrets
from dashboard.errors import BadInput, WrongState
from dashboard.jobs.finishing import finish_job, held_servers, is_held
from dashboard.jobs.log import write_log
from dashboard.jobs.models import Dependency, Job, LogLevel, Step
from dashboard.jobs.outcomes import chunks, count_down
from dashboard.jobs.pace import MOST, Pace
from dashboard.jobs.pacing import stored
from dashboard.jobs.queue import enqueue
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import conflict_over
from dashboard.jobs.states import BROKEN_STEP_STATES, JobState, Phase, StepState
from dashboard.jobs.transitions import in_transaction, transition_job, transition_steps

FRESH: dict[str, Any] = {
    "attempt": 0,
    "not_before": None,
    "error": "",
    "fix": "",
    "request_id": "",
    "finished_at": None,
}
"""What a step looks like before it is retried. ``resumed`` stays: something may be left over."""

MOST_CHAINS = 1000
LONGEST_HOLD = timedelta(days=3650)


def cancel(job: Job, *, requester: Requester) -> Job:
    """End the job as soon as its running steps have stopped; at once when none can be running."""

    def act(locked: Job) -> None:
        require(
            locked.is_active, f"The job is {locked.state}; only an active job can be cancelled."
        )
        Job.objects.filter(pk=locked.pk).update(cancel_requested=True)
        write_log(locked, f"Cancelled by {requester}.", level=LogLevel.WARNING)

    operate(job, act)
    if Job.objects.filter(pk=job.pk, state__in=[JobState.QUEUED, JobState.HELD]).exists():
        finish_job(job.pk)
    return Job.objects.get(pk=job.pk)


def dismiss(job: Job, *, requester: Requester) -> Job:
    """Take a failed job from what needs somebody, until it goes on and fails again."""

    def act(locked: Job) -> None:
        is_broken = locked.state in (JobState.FAILED, JobState.ERRORED)
        require(is_broken and locked.replaced_by is None, "The job does not wait for anybody.")
        Job.objects.filter(pk=locked.pk).update(replaced_by=locked.pk)
        write_log(locked, f"Dismissed by {requester}.")

    return operate(job, act)


def is_resumable(job: Job | None) -> bool:
    """Return whether the job has ended without reaching its goal, so that it can be resumed."""
    return job is not None and not job.is_active and job.state != JobState.DONE


def resume(job: Job, *, requester: Requester) -> Job:
    """Continue a failed, errored or cancelled job and retry its failed steps.

    Raises ``Conflict`` when another job is at work on the same subject.
    """

    def act(locked: Job) -> None:
        require(
            is_resumable(locked),
            f"The job is {locked.state}; only a failed, errored or cancelled job can be resumed.",
        )
        _reactivate(locked)
        transition_steps(Step.objects.filter(job=locked), to=StepState.PENDING, **FRESH)
        write_log(locked, f"Resumed by {requester}.")

    return operate(job, act)


def retry_step(step: Step, *, requester: Requester) -> Job:
    """Retry one failed step, and continue its job."""

    def act(locked: Job) -> None:
        moved = retry_steps(locked, Step.objects.filter(pk=step.pk))
        require(moved == 1, f"“{step.title}” has not failed, so it cannot be retried.")
        write_log(locked, f"Retried by {requester}: {step.title}", step=step)

    return operate(step.job, act)


def retry_failed(job: Job, *, requester: Requester) -> Job:
    """Retry all failed steps of a job, and continue it."""

    def act(locked: Job) -> None:
        moved = retry_steps(locked, Step.objects.filter(job=locked))
        require(moved > 0, "No step has failed, so none can be retried.")
        write_log(locked, f"Retried by {requester}: all {moved} failed steps.")

    return operate(job, act)


def retry_steps(job: Job, steps: QuerySet[Step]) -> int:
    """Retry those of the steps that have failed, and return how many they are."""
    require(job.state != JobState.CANCELLED, "The job was cancelled; resume it instead.")
    failed = steps.filter(state__in=BROKEN_STEP_STATES)
    moved = transition_steps(failed, to=StepState.PENDING, **FRESH)
    if moved:
        continue_job(job)
    return moved


def checked_reason(reason: str, *, of: str) -> str:
    """Return a reason as it is stored. Raises ``BadInput`` without any."""
    reason = secrets.mask(reason.strip())[:200]
    if not reason:
        raise BadInput(f"{of} needs a reason.", fix="Say why; it goes into the log.")
    return reason


def skip_step(step: Step, *, reason: str, requester: Requester) -> Job:
    """Skip a step and the steps that depend on it, and continue its job.

    Steps that only follow it in order no longer wait for it.
    """
    reason = checked_reason(reason, of="Skipping a step")

    def act(locked: Job) -> None:
        by = str(requester)
        skipped = skip_steps([step], reason=reason, by=by)
        require(skipped, f"“{step.title}” is running or finished, so it cannot be skipped.")
        continue_job(locked)
        write_log(locked, f"Skipped by {requester}: {step.title}: {reason}", step=step)

    return operate(step.job, act)


def require_ahead(until: datetime | None) -> None:
    """Raise ``BadInput`` for a time to hold until that has passed: it would hold nothing.

    So does one that nobody can mean; the last days that there are have no hours in some zones.
    """
    if until is None:
        return
    if until > timezone.now() + LONGEST_HOLD:
        raise BadInput(
            f"A job holds for at most {LONGEST_HOLD.days} days.",
            fix="Give an earlier time to hold until, or none.",
        )
    if until <= timezone.now():
        passed = timezone.localtime(until).strftime("%Y-%m-%d %H:%M %Z")
        raise BadInput(f"{passed} has already passed.", fix="Give a later time to hold until.")


def hold(job: Job, *, before: Phase, requester: Requester, until: datetime | None = None) -> Job:
    """Start no step of that phase or a later one until released or until the given time.

    Raises ``BadInput`` for a time that has passed.
    """
    require_ahead(until)

    def act(locked: Job) -> None:
        require(locked.is_active, f"The job is {locked.state}; only an active job can be held.")
        Job.objects.filter(pk=locked.pk).update(hold_before=before, hold_until=until)
        write_log(locked, f"Held before {before.label.lower()} by {requester}.")

    return operate(job, act)


def release_hold(job: Job, *, requester: Requester) -> Job:
    """End the job's hold, whether it has been reached or not; without one, those of its servers."""

    def act(locked: Job) -> None:
        require(locked.is_active and is_held(locked), "The job has no hold.")
        if locked.hold_before is None:
            held_servers(locked).update(held=False)
        Job.objects.filter(pk=locked.pk).update(hold_before=None, hold_until=None)
        if locked.state == JobState.HELD:
            transition_job(locked.pk, to=JobState.RUNNING, explanation="")
        write_log(locked, f"Released by {requester}.")

    return operate(job, act)


def limit_chains(job: Job, *, at_once: int, requester: Requester) -> Job:
    """Allow that many chains of the job at once from now on; those that have begun go on.

    With 0 the number adapts, from what it is. Raises ``BadInput`` for one that is not from 0 to
    1,000.
    """
    if not 0 <= at_once <= MOST_CHAINS:
        raise BadInput(
            f"{at_once} servers at once are not possible.",
            fix=f"Give a number from 1 to {MOST_CHAINS:,}, or 0 to let it adapt.",
        )

    def act(locked: Job) -> None:
        has_chains = locked.is_active and locked.chains_at_once is not None
        require(has_chains, "Only an active job that moves servers has such a limit.")
        Job.objects.filter(pk=locked.pk).update(**_limited(locked, at_once))
        write_log(locked, f"Servers at once: {at_once or 'adapting'}, by {requester}.")

    return operate(job, act)


def _limited(job: Job, at_once: int) -> dict[str, Any]:
    if at_once:
        return {"chains_at_once": at_once, "pace": None}
    why = "an operator let it adapt from here"
    number = min(job.chains_at_once or 1, MOST)
    return stored(Pace(number=number, since=timezone.now().timestamp(), why=why))


def operate(job: Job, act: Callable[[Job], None]) -> Job:
    """Change a job whose row is locked meanwhile, and return it as it then is."""
    in_transaction(partial(_act_on_locked, job.pk, act))
    return Job.objects.get(pk=job.pk)


def _act_on_locked(job_id: int, act: Callable[[Job], None]) -> None:
    act(Job.objects.select_for_update().get(pk=job_id))
    enqueue(job_id)


def require(allowed: bool, sentence: str) -> None:
    """Raise ``WrongState`` with the sentence unless it is allowed."""
    if not allowed:
        raise WrongState(sentence, fix="Reload the job to see its current state.")


def continue_job(job: Job) -> None:
    """Continue a job that has failed."""
    if job.state in (JobState.FAILED, JobState.ERRORED):
        _reactivate(job)


def _reactivate(job: Job) -> None:
    """Set an ended job to running. Its unique subject prevents that while another job has it."""
    try:
        with transaction.atomic():
            transition_job(
                job.pk,
                to=JobState.RUNNING,
                active_subject=job.subject,
                cancel_requested=False,
                finished_at=None,
                explanation="",
                # it was dismissed, and waits for somebody if it fails again
                replaced_by=None if job.replaced_by == job.pk else job.replaced_by,
            )
    except IntegrityError:
        if conflict := conflict_over(job.subject):
            raise conflict from None
        raise


def skip_steps(steps: Collection[Step], *, reason: str, by: str) -> bool:
    """Skip those of the steps that may be skipped, and what depends on them; return whether any
    could be."""
    skipped = _skip([step.pk for step in steps], reason, by)
    first = next((step.title for step in steps), "")
    _skip_dependents(skipped, because=f"Needs “{first}”, skipped: {reason}"[:250], by=by)
    return bool(skipped)


def _skip(ids: list[int], reason: str, by: str) -> list[int]:
    """Skip the steps that may be skipped, and return their ids."""
    skipped: list[int] = []
    for chunk in chunks(ids):
        steps = Step.objects.filter(pk__in=chunk)
        skippable = steps.filter(state__in=[StepState.PENDING, *BROKEN_STEP_STATES])
        # The ids are read first, under the job's lock; a runner may still claim one in between.
        chosen = list(skippable.values_list("pk", flat=True))
        transition_steps(
            steps.filter(pk__in=chosen),
            to=StepState.SKIPPED,
            skip_reason=reason,
            skipped_by=by,
            finished_at=timezone.now(),
        )
        taken = steps.filter(pk__in=chosen, state=StepState.SKIPPED)
        skipped += taken.values_list("pk", flat=True)
    return skipped


def _skip_dependents(skipped: list[int], *, because: str, by: str) -> None:
    """Pass a skip on, level by level, along hard dependencies; soft ones are only counted down."""
    while skipped:
        count_down(skipped, hard=False)
        dependents = Dependency.objects.filter(needs_id__in=skipped, hard=True)
        skipped = _skip(sorted(set(dependents.values_list("step_id", flat=True))), because, by)
