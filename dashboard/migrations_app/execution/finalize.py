"""Finalizes a move: the only thing that deletes in the source."""

from collections.abc import Iterable

from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.left_out import kept_in_source
from dashboard.migrations_app.execution.work import ItemWork, record_of
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.records import CREATE, MIGRATED
from dashboard.migrations_app.resources.registry import resource_type, resource_types


def deleted_objects(plan: Plan) -> list[str]:
    """Return a line for each object that finalizing deletes from the source."""
    return [
        line
        for type_, items in _deletions(plan)
        for item in items
        for line in (
            type_.called(item.title),
            *type_.also_finalized(record_of(item)),
            *_detached(type_, item),
        )
    ]


def _detached(type_: ResourceType, item: PlanItem) -> Iterable[str]:
    """Yield what stays in the source, and is detached from the object before its deletion."""
    for loss in item.losses:
        if loss["field"] in type_.detaches:
            for called in loss["value"]:
                yield f"attachment of {called} to {type_.called(item.title)}"


def deletion_steps(plan: Plan) -> list[StepSpec]:
    """Return a step for each object, type after type: servers first, the project last."""
    steps: list[StepSpec] = []
    before: list[str] = []
    for type_, items in _deletions(plan):
        mine = [_deletion(item, type_, before) for item in items]
        if mine:
            steps += mine
            barrier = StepSpec(
                key=f"{type_.name}:deleted",
                action="barrier",
                title=f"Wait for all {type_.plural} to be deleted",
                group=type_.name,
                needs=[step.key for step in mine],
            )
            steps.append(barrier)
            before = [barrier.key]
    return steps


def _deletion(item: PlanItem, type_: ResourceType, needs: list[str]) -> StepSpec:
    return StepSpec(
        key=f"{item.type}:{item.source_id}:finalize",
        action="finalize",
        title=f"Delete {type_.called(item.title)} from the source",
        group=item.type,
        phase=Phase.COMPLETE,
        params={"item": item.pk},
        needs=needs,
    )


def _deleting_types() -> list[ResourceType]:
    """Return the types that delete from the source, each before those that it needs."""
    types = reversed(resource_types().values())
    return [type_ for type_ in types if type(type_).finalize is not ResourceType.finalize]


def _deletions(plan: Plan) -> Iterable[tuple[ResourceType, list[PlanItem]]]:
    """Yield the types that delete from the source, with what is deleted: not what it keeps."""
    kept = kept_in_source(plan)
    moved = list(plan.items.filter(shared=False, action__in=(CREATE, MIGRATED)))
    for type_ in _deleting_types():
        yield type_, [item for item in moved if item.type == type_.name and item.key not in kept]


def keeps_project(plan: Plan) -> bool:
    """Return whether finalizing leaves the project in the source, for what was left out."""
    return ("project", plan.tenant_id) in kept_in_source(plan)


def finalize_item(item: PlanItem, context: StepContext) -> None:
    """Delete one object from the source, if the destination has its copy."""
    entry = ledger.entry_of(item.plan, item.type, item.source_id)
    if entry is None or entry.state != LedgerEntry.State.PRESENT:
        return
    type_ = resource_type(item.type)
    type_.finalize(ItemWork(item, entry, context))
    context.log(f"Deleted {type_.called(item.title)} from {item.plan.source}.")
