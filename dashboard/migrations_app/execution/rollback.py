"""Rolls a plan back: the same graph backwards, for what this plan created and nothing else."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from itertools import islice

from django.db.models import Q, QuerySet, Subquery

from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.backward import CLOSES, HALT, backward
from dashboard.migrations_app.execution.creating import recall
from dashboard.migrations_app.execution.graph import BARRIER, StepGraph, step_key
from dashboard.migrations_app.execution.sharing import (
    hand_over,
    heir_of,
    keep_for_others,
    keep_for_plan,
    known_user_of,
)
from dashboard.migrations_app.execution.tenant_jobs import tenant_jobs
from dashboard.migrations_app.execution.work import ItemWork, record_of
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type

# An attempt that a cancellation broke off is not counted, but may have created something.
_TRIED = Q(attempt__gt=0) | Q(resumed=True)

PORTION = 20
PUT_BACK = "put_back"
"""In the params of a step of an execution that undoes a stage, and the beginning of its key."""


def backward_steps(plan: Plan) -> list[StepSpec]:
    """Return the steps that undo every stage begun: first halts, then what returns to the source.

    Every other stage is undone after those that relied on it.
    """
    return backward(_begun_steps(plan, plan.items.all()))


def put_back_steps(plan: Plan) -> list[StepSpec]:
    """Return the steps that undo what earlier plans have begun of what this one leaves out.

    What these objects need in the source returns there as well; it is still moved.
    """
    items = list(plan.items.select_related("plan"))
    left_out = {item.pk for item in items if item.left_out_by}
    returned = {
        step_key(item, stage)
        for item in items
        for stage in resource_type(item.type).returned(record_of(item))
    }
    undone = [
        step
        for step in (_begun_steps(plan, items) if left_out else ())
        if step.params.get("item") in left_out or step.key in returned
    ]
    first = returned & {step.key for step in undone}
    return [
        _put_back(step, first) if step.params["item"] in left_out else _put_back(step, (), CLOSES)
        for step in backward(undone)
    ]


def _put_back(step: StepSpec, first: Collection[str], *unset: str) -> StepSpec:
    """Return a step of a rollback as one of an execution, where other steps have its key."""
    return replace(
        step,
        key=f"{PUT_BACK}:{step.key}",
        after=[f"{PUT_BACK}:{key}" for key in (*step.after, *sorted(first))],
        params={**step.params, PUT_BACK: True, **dict.fromkeys(unset, False)},
    )


def _begun_steps(plan: Plan, items: Iterable[PlanItem]) -> list[StepSpec]:
    own = {entry.key for entry in ledger.own_entries(plan)}
    mine = [item for item in items if item.key in own]
    begun = _begun(plan)
    return [step for step in StepGraph(mine).steps() if step.key in begun]


def unfinished_rollback(plan: Plan) -> Job | None:
    """Return the job that has begun to roll the plan's tenant back and did not end, if any.

    The source's servers run again after it, so what was copied of them is out of date.
    """
    jobs = tenant_jobs(plan, "execute", "rollback")
    if not any(map(_is_unfinished, jobs)):
        return None
    plans = Plan.objects.filter(destination=plan.destination, tenant_id=plan.tenant_id)
    ours = {*plans.values_list("pk", flat=True)}
    last = next((job for job in jobs if job.params["plan"] in ours), None)
    if last is None or not _is_unfinished(last):
        return None
    return last if last.steps.filter(_TRIED).exists() else None


def _is_unfinished(job: Job) -> bool:
    return job.kind == "rollback" and job.state != JobState.DONE


def can_be_undone(plan: Plan) -> bool:
    """Return whether there are ``backward_steps``, without building all of them."""
    own = ledger.entries_of_outer_item(plan).filter(ledger.OWN, plan=plan)
    items = plan.items.annotate(done=Subquery(own.values("stages"))).exclude(done__isnull=True)
    mine = items.iterator(chunk_size=PORTION)
    portions = iter(lambda: list(islice(mine, PORTION)), [])
    return any(_is_begun(plan, items) for items in portions)


def _is_begun(plan: Plan, items: Sequence[PlanItem]) -> bool:
    """Return whether a stage of one of these items was tried, successfully or not."""
    done = {step_key(item, stage) for item in items for stage in item.done}  # type: ignore[attr-defined]
    keys = {step.key for item in items for step in StepGraph([item]).steps()}
    return not keys.isdisjoint(done) or _tried(plan).filter(key__in=keys).exists()


def _begun(plan: Plan) -> set[str]:
    """Return the keys of all stages that were tried, successfully or not."""
    done = {
        f"{entry.type}:{entry.source_id}:{stage}"
        for entry in ledger.own_entries(plan)
        for stage in entry.stages
    }
    return done | {*_tried(plan).values_list("key", flat=True)}


def _tried(plan: Plan) -> QuerySet[Step]:
    steps = Step.objects.filter(_TRIED, job__kind="execute", job__subject=plan.subject)
    return steps.exclude(action=BARRIER)


def undo_stage(
    item: PlanItem, stage: str, context: StepContext, *, closes: bool | None = None
) -> None:
    """Undo one stage of one object's move, unless it was never done or is undone.

    With the one that ``closes``, nothing of the object is left to be undone: by default the first.
    """
    entry = ledger.entry_of(item.plan, item.type, item.source_id)
    if entry is None or entry.plan_id != item.plan_id or entry.state == LedgerEntry.State.REMOVED:
        return
    entry.plan = item.plan
    work = ItemWork(item, entry, context)
    work.resumed = True
    type_ = resource_type(item.type)
    if stage == HALT:
        # what another tenant uses goes on, and is handed over with its next stage
        if heir_of(entry) is None:
            _halt(type_, work)
    elif entry.origin == LedgerEntry.Origin.CREATED and (heir := heir_of(entry)):
        hand_over(work, heir)
        type_.take_back(work)
        return
    elif entry.origin == LedgerEntry.Origin.CREATED and (user := known_user_of(entry)):
        keep_for_plan(work, user)
    elif stage == "create":
        _remove(type_, work)
    elif undo := getattr(type_, f"undo_{stage}", None):
        undo(work)
    ledger.undo_stage(entry, stage)
    if stage == type_.stages[0].name if closes is None else closes:
        ledger.record_removed(entry)


def _halt(type_: ResourceType, work: ItemWork) -> None:
    """Halt the copy, even if its create call was never recorded."""
    recall(type_, work)
    if work.entry.destination_id and work.entry.origin == LedgerEntry.Origin.CREATED:
        type_.halt(work)


def _remove(type_: ResourceType, work: ItemWork) -> None:
    """Remove the object, even if its create call was never recorded."""
    recall(type_, work)
    is_ours = work.entry.destination_id and work.entry.origin == LedgerEntry.Origin.CREATED
    if is_ours and not keep_for_others(type_, work):
        type_.remove(work)
        work.log(f"Removed {type_.label} {work.record.title} from {work.destination.name}.")
    type_.take_back(work)


def forget_found(plan: Plan) -> None:
    """Close the entries of adopted and mapped objects: they are no longer the plan's.

    Those of another plan that uses the same go on as that plan's.
    """
    for entry in plan.ledger_entries.exclude(origin=LedgerEntry.Origin.CREATED):
        if heir := heir_of(entry):
            ledger.pass_on(entry, heir)
        else:
            ledger.record_removed(entry)
