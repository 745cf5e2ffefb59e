"""Chains: steps of a job that go through together, such as those of one server's cutover.

A job says how many chains may be under way at once; the number adapts (``pacing``), or an operator
chooses it, also while the job runs. Its group may limit those of several jobs together. The steps
of those that have begun are claimed before all others, so that what a chain takes away at its
beginning is back as soon as can be.
"""

from collections.abc import Collection
from functools import partial
from itertools import islice
from sys import maxsize

from django.db.models import BooleanField, ExpressionWrapper, Q, QuerySet

from dashboard.jobs.claiming import claim, ready_steps
from dashboard.jobs.models import Job, JobGroup, JobServer, Step
from dashboard.jobs.pacing import adapt
from dashboard.jobs.states import ACTIVE_JOB_STATES, BROKEN_STEP_STATES, Phase, StepState
from dashboard.jobs.transitions import in_transaction

IN_ORDER = "in_order"
"""The parameter of a job whose chains begin in their order, also where a later one is ready."""
_IN_NONE = ExpressionWrapper(Q(chain=""), output_field=BooleanField())
_BEGUN = Q(opens_chain=False) | Q(attempt__gt=0) | Q(resumed=True)


def open_chains(job_id: int) -> set[str]:
    """Return the chains that are under way: with a step that runs, or that runs next.

    One of which a step has failed is not: the others need not wait until somebody has come.
    """
    steps = _of_open_chains().filter(job_id=job_id)
    return set(steps.values_list("chain", flat=True).distinct())


def _of_open_chains() -> QuerySet[Step]:
    next_ones = _BEGUN & Q(state=StepState.PENDING, blockers=0)
    return Step.objects.exclude(chain="").filter(next_ones | Q(state=StepState.RUNNING)).order_by()


def _room_in_group(job: Job) -> int:
    """Return how many more chains may begin in the group of a job, any number without a limit."""
    if not job.most_in_group:
        return maxsize
    of_group = _of_open_chains().filter(job__group=job.group_id, job__state__in=ACTIVE_JOB_STATES)
    return job.most_in_group - of_group.values("job", "chain").distinct().count()


def claim_in_chains(
    job_id: int, *, owner: str, limit: int, excluding: Collection[int]
) -> list[Step]:
    """Claim ready steps as ``claim_ready`` does, and begin no more chains than the job may."""
    ready = ready_steps(job_id).exclude(pk__in=excluding)
    ordered = ready.order_by("opens_chain", "rank", _IN_NONE, "phase", "ordinal")
    found = list(ordered.values_list("pk", "opens_chain")[:limit])
    steps = claim(owner, [pk for pk, opens_chain in found if not opens_chain])
    room = limit - len(steps)
    if room and any(opens_chain for _, opens_chain in found) and _may_begin(job_id):
        steps += in_transaction(partial(_begin, job_id, owner, ready, room))
    return steps


def _may_begin(job_id: int) -> bool:
    """Return whether another chain may begin, or a step that began one is to be retried."""
    again = _BEGUN & Q(opens_chain=True, state=StepState.PENDING)
    if Step.objects.filter(again, job_id=job_id).exists():
        return True
    job, under_way = Job.objects.get(pk=job_id), len(open_chains(job_id))
    return under_way < adapt(job, under_way=under_way) and _room_in_group(job) > 0


def _begin(job_id: int, owner: str, ready: QuerySet[Step], limit: int) -> list[Step]:
    """Claim the first steps of chains, with the job and its group locked: no other runner begins
    any of them now."""
    group = Job.objects.values_list("group", flat=True).get(pk=job_id)
    list(JobGroup.objects.select_for_update().filter(pk=group))
    job = Job.objects.select_for_update().get(pk=job_id)
    begun = open_chains(job_id)
    halts = _whose_turn_it_is(job, ready.filter(opens_chain=True))
    waiting = dict(halts.order_by("rank", "ordinal").values_list("pk", "chain"))
    others = [chain for chain in dict.fromkeys(waiting.values()) if chain not in begun]
    free = min((job.chains_at_once or 1) - len(begun), _room_in_group(job))
    allowed = {*begun, *islice(others, max(0, free))}
    return claim(owner, [pk for pk, chain in waiting.items() if chain in allowed][:limit])


def _whose_turn_it_is(job: Job, halts: QuerySet[Step]) -> QuerySet[Step]:
    """Return those of the first steps of chains that come before all of which the preparation goes
    on, in a job with an order. It may never end once a step has failed: then all may begin."""
    if not job.params.get(IN_ORDER) or job.steps.filter(state__in=BROKEN_STEP_STATES).exists():
        return halts
    preparing = JobServer.objects.filter(
        job=job,
        state=StepState.PENDING,
        held=False,
        dependencies__needs__phase=Phase.PREPARE,
        dependencies__needs__state__in=(StepState.PENDING, StepState.RUNNING),
    )
    first = preparing.order_by("rank", "ordinal").first()
    if first is None:
        return halts
    return halts.filter(Q(rank__lt=first.rank) | Q(rank=first.rank, ordinal__lt=first.ordinal))
