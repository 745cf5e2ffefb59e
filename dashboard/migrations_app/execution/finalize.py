"""Finalizes a move: the only thing that deletes in the source."""

from collections.abc import Iterable

from django.template.defaultfilters import pluralize

from dashboard.errors import BadInput
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.maintenance_steps import why_not_finalize
from dashboard.migrations_app.execution.rollback import require_name
from dashboard.migrations_app.execution.verify import is_clean
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.records import CREATE, MIGRATED
from dashboard.migrations_app.resources.registry import resource_type, resource_types


def start_finalize(
    plan: Plan,
    *,
    confirmation: str,
    requester: Requester = NOBODY,
) -> Job:
    """Start to delete the moved tenant from the source.

    Raises ``BadInput`` unless all of the plan was executed, the last verify, later than that, was
    clean, and the tenant's name was typed.
    """
    require_name(plan, confirmation)
    _require_verified(plan)
    if reason := why_not_finalize(plan):
        raise BadInput(reason, fix="Let it leave maintenance first; a clean verify does that too.")
    return start_job(
        kind="finalize",
        title=f"Delete {plan.tenant_name} from {plan.source}",
        subject=plan.subject,
        steps=deletion_steps(plan),
        params={"plan": plan.pk},
        requester=requester,
    )


def _require_verified(plan: Plan) -> None:
    if plan.state == Plan.State.FINALIZED:
        raise BadInput(f"{plan.tenant_name} has been deleted from {plan.source} already.")
    if plan.state != Plan.State.EXECUTED:
        raise BadInput(
            f"The move of {plan.tenant_name} is not complete: the plan is "
            f"{plan.get_state_display().lower()}.",
            fix="Execute all of it and verify it first.",
        )
    executed = Job.objects.filter(kind="execute", subject=plan.subject).first()
    finished = executed and executed.finished_at
    if plan.verified_at is None or (finished and plan.verified_at < finished):
        raise BadInput("The move has not been verified since it ended.", fix="Verify it first.")
    if not is_clean(plan):
        count = plan.differences.filter(expected=False).count()
        raise BadInput(
            f"The last verify found {count} difference{pluralize(count)} "
            "that the plan had not named.",
            fix="Mend them, then verify again.",
        )


def what_finalize_deletes(plan: Plan) -> list[str]:
    """Return a line for each object that finalizing deletes from the source."""
    return [
        f"{resource_type(item.type).label} {item.name or item.source_id}"
        for type_ in _deleting_types()
        for item in _moved_items(plan, type_)
    ]


def deletion_steps(plan: Plan) -> list[StepSpec]:
    """Return a step for each object, type after type: servers first, the project last."""
    steps: list[StepSpec] = []
    before: list[str] = []
    for type_ in _deleting_types():
        mine = [_deletion(item, type_, before) for item in _moved_items(plan, type_)]
        if mine:
            steps += mine
            barrier = StepSpec(
                key=f"{type_.name}:deleted",
                action="barrier",
                title=f"Wait until all {type_.plural} are deleted",
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
        title=f"Delete {type_.label} {item.name or item.source_id} from the source",
        group=item.type,
        phase=Phase.COMPLETE,
        params={"item": item.pk},
        needs=needs,
    )


def _deleting_types() -> list[ResourceType]:
    """Return the types that have something to delete in the source, users of others first."""
    types = reversed(resource_types().values())
    return [type_ for type_ in types if type(type_).finalize is not ResourceType.finalize]


def _moved_items(plan: Plan, type_: ResourceType) -> Iterable[PlanItem]:
    return plan.items.filter(type=type_.name, shared=False, action__in=(CREATE, MIGRATED))


def finalize_item(item: PlanItem, context: StepContext) -> None:
    """Delete one object from the source, if what it has become is there."""
    entry = ledger.entry_of(item.plan, item.type, item.source_id)
    if entry is None or entry.state != LedgerEntry.State.PRESENT:
        return
    type_ = resource_type(item.type)
    type_.finalize(ItemWork(item, entry, context))
    context.log(f"Deleted {type_.label} {item.name or item.source_id} from {item.plan.source}.")
