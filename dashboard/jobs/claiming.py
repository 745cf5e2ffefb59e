"""Which steps may run, and how a runner claims some of them."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from dashboard.jobs.log import write_log
from dashboard.jobs.models import LogLevel, Runner, Step
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.transitions import retried, transition_steps

MOST_ATTEMPTS = 6
CLOCK_MARGIN = timedelta(seconds=10)
"""By how much the clocks of machines may differ without any effect."""


def unblocked_steps(job_id: int) -> QuerySet[Step]:
    """Return the pending steps of a running job that wait for nothing, or only for a time.

    They are in the order in which they run. A hold does not stop a chain that has begun.
    """
    no_hold = Q(job__hold_before__isnull=True) | Q(job__hold_until__lte=timezone.now())
    goes_on = Q(opens_chain=False) & ~Q(chain="")
    return Step.objects.filter(
        no_hold | goes_on | Q(phase__lt=F("job__hold_before")),
        job_id=job_id,
        job__state=JobState.RUNNING,
        job__cancel_requested=False,
        state=StepState.PENDING,
        blockers=0,
        held=False,
    ).order_by("phase", "ordinal")


def ready_steps(job_id: int) -> QuerySet[Step]:
    """Return the steps that may be claimed now."""
    due = Q(not_before__isnull=True) | Q(not_before__lte=timezone.now())
    return unblocked_steps(job_id).filter(due)


def abandoned_steps(job_id: int) -> QuerySet[Step]:
    """Return the running steps whose lease ran out: their runner died or lost the database."""
    return Step.objects.filter(
        job_id=job_id, state=StepState.RUNNING, lease_until__lt=timezone.now()
    )


def claim_ready(job_id: int, *, owner: str, limit: int, excluding: Collection[int]) -> list[Step]:
    """Claim up to ``limit`` ready steps for the owner and return those that no other took first.

    ``excluding`` are steps whose thread still works here although the lease went elsewhere.
    """
    ready = ready_steps(job_id).exclude(pk__in=excluding)
    return claim(owner, list(ready.values_list("pk", flat=True)[:limit]))


def claim(owner: str, ids: list[int]) -> list[Step]:
    """Claim those of the steps that are still pending for the owner, and return them."""
    if not ids:
        return []
    pending = Step.objects.filter(pk__in=ids)
    retried(
        lambda: transition_steps(pending, to=StepState.RUNNING, not_before=None, **_lease(owner))
    )
    return _held_by(owner, ids)


def claim_abandoned(
    job_id: int, *, owner: str, limit: int, excluding: Collection[int]
) -> list[Step]:
    """Take over up to ``limit`` steps whose lease ran out; they must look before they act."""
    _fail_killers(job_id)
    abandoned = abandoned_steps(job_id).exclude(pk__in=excluding)
    ids = list(abandoned.values_list("pk", flat=True)[:limit])
    if not ids:
        return []
    still_abandoned = abandoned_steps(job_id).filter(pk__in=ids)
    retried(lambda: still_abandoned.update(resumed=True, **_lease(owner)))
    return _held_by(owner, ids)


def renew_leases(job_id: int, *, owner: str) -> set[int]:
    """Renew all leases of the owner and return the ids of the steps that it still holds."""
    mine = Step.objects.filter(job_id=job_id, state=StepState.RUNNING, lease_owner=owner)
    mine.update(lease_until=lease_end())
    Runner.objects.filter(owner=owner).update(seen_at=timezone.now())
    return set(mine.values_list("pk", flat=True))


def shorten_leases() -> None:
    """Shorten leases that last longer than one that begins now: the clock was set back since they
    were given. A runner that lives renews its own at once."""
    too_late = lease_end() + CLOCK_MARGIN
    far_ahead = Step.objects.filter(state=StepState.RUNNING, lease_until__gt=too_late)
    far_ahead.update(lease_until=lease_end())


def lease_end() -> datetime:
    """Return when a lease that begins now ends."""
    return timezone.now() + timedelta(seconds=settings.STEP_LEASE_SECONDS)


NOT_WAITING: dict[str, object] = {"waiting_for": "", "waiting_state": "", "waiting_since": None}
"""What a step that begins waits for: nothing, whatever its last attempt did."""


def _lease(owner: str) -> dict[str, object]:
    return {
        "lease_owner": owner,
        "lease_until": lease_end(),
        "attempt": F("attempt") + 1,
        "started_at": timezone.now(),
        **NOT_WAITING,
    }


def _held_by(owner: str, ids: list[int]) -> list[Step]:
    mine = Step.objects.filter(pk__in=ids, lease_owner=owner, state=StepState.RUNNING)
    return list(mine.order_by("ordinal"))


def _fail_killers(job_id: int) -> None:
    """Stop claiming steps that were abandoned each time: they take their worker with them."""
    for step in abandoned_steps(job_id).filter(attempt__gte=MOST_ATTEMPTS):
        error = f"The worker died or lost the database during each of {step.attempt} attempts."
        mine = abandoned_steps(job_id).filter(pk=step.pk)
        if transition_steps(mine, to=StepState.ERRORED, error=error, finished_at=timezone.now()):
            write_log(job_id, f"{step.title}: {error}", level=LogLevel.ERROR, step=step)
