"""Chains: steps of a job that go through together, such as those of one server's cutover.

A job says how many chains may be under way at once, and an operator may change it while the job
runs. The steps of those that have begun are claimed before all others, so that what a chain takes
away at its beginning is back as soon as can be.
"""

from collections.abc import Collection
from functools import partial

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from dashboard.jobs.claiming import claim, ready_steps
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import StepState
from dashboard.jobs.transitions import in_transaction

_IN_NONE = ExpressionWrapper(Q(chain=""), output_field=BooleanField())
_BEGUN = Q(opens_chain=False) | Q(attempt__gt=0) | Q(resumed=True)


def open_chains(job_id: int) -> set[str]:
    """Return the chains that are under way: with a step that runs, or that runs next.

    One of which a step has failed is not: the others need not wait until somebody has come.
    """
    next_ones = _BEGUN & Q(state=StepState.PENDING, blockers=0)
    chained = Step.objects.filter(job_id=job_id).exclude(chain="")
    under_way = chained.filter(next_ones | Q(state=StepState.RUNNING))
    return set(under_way.order_by().values_list("chain", flat=True).distinct())


def claim_in_chains(
    job_id: int, *, owner: str, limit: int, excluding: Collection[int]
) -> list[Step]:
    """Claim ready steps as ``claim_ready`` does, and begin no more chains than the job may."""
    ready = ready_steps(job_id).exclude(pk__in=excluding)
    going_on = ready.filter(opens_chain=False).order_by(_IN_NONE, "phase", "ordinal")
    steps = claim(owner, list(going_on.values_list("pk", flat=True)[:limit]))
    opening = ready.filter(opens_chain=True)
    if len(steps) < limit and opening.exists():
        steps += in_transaction(partial(_begin, job_id, owner, opening, limit - len(steps)))
    return steps


def _begin(job_id: int, owner: str, opening: QuerySet[Step], limit: int) -> list[Step]:
    """Claim the first steps of chains, with the job locked: no other runner begins any now."""
    job = Job.objects.select_for_update().get(pk=job_id)
    begun = open_chains(job_id)
    waiting = dict(opening.values_list("pk", "chain"))
    others = [chain for chain in dict.fromkeys(waiting.values()) if chain not in begun]
    free = max(0, (job.chains_at_once or 1) - len(begun))
    allowed = {*begun, *others[:free]}
    return claim(owner, [pk for pk, chain in waiting.items() if chain in allowed][:limit])
