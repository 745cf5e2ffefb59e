"""Executes a plan: a step for each stage of each object, written ahead in the ledger."""

from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.template.defaultfilters import pluralize

from dashboard.errors import BadInput
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.operating import require_ahead
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.graph import BARRIER, StepGraph
from dashboard.migrations_app.execution.maintenance_steps import with_maintenance
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.registry import resource_type

EXECUTABLE = frozenset(
    {Plan.State.READY, Plan.State.EXECUTING, Plan.State.EXECUTED, Plan.State.ROLLED_BACK}
)


def start_execute(
    plan: Plan,
    *,
    hold_before: Phase | None = None,
    hold_until: datetime | None = None,
    requester: Requester = NOBODY,
) -> Job:
    """Start to execute a plan, or to go on with what is left of it.

    With a time to hold until and nothing to hold before, it is held before cutover. Raises
    ``BadInput`` while the plan is blocked or for a time that has passed, ``Conflict`` while its
    tenant has another job.
    """
    require_ahead(hold_until)
    _require_executable(plan)
    with transaction.atomic():
        job = start_job(
            kind="execute",
            title=f"Move {plan.tenant_name} from {plan.source} to {plan.destination}",
            subject=plan.subject,
            steps=with_maintenance(plan, remaining_steps(plan), barrier=BARRIER),
            params={"plan": plan.pk},
            hold_before=hold_before or (Phase.CUTOVER if hold_until else None),
            hold_until=hold_until,
            requester=requester,
        )
        ledger.take_over(plan)
        for item in plan.items.filter(action__in=(PlanItem.Action.ADOPT, PlanItem.Action.MAP)):
            ledger.record_found(item)
        Plan.objects.filter(pk=plan.pk).update(state=Plan.State.EXECUTING)
    return job


def _require_executable(plan: Plan) -> None:
    if plan.state == Plan.State.BLOCKED:
        count = plan.findings.filter(severity="block").count()
        raise BadInput(
            f"The plan for {plan.tenant_name} is blocked by {count} finding{pluralize(count)}.",
            fix="Do what each of them says, then plan again.",
        )
    if plan.state not in EXECUTABLE:
        raise BadInput(
            f"The plan for {plan.tenant_name} cannot be executed: it is "
            f"{plan.get_state_display().lower()}.",
            fix="Wait until it is ready, or make a new plan.",
        )
    if count := count_vanished(plan):
        raise BadInput(
            f"{count} object{pluralize(count)} that the plan found moved already "
            f"{pluralize(count, 'is,are')} no longer on {plan.destination}.",
            fix="Make a new plan.",
        )


def count_vanished(plan: Plan) -> int:
    """Count the objects that the plan keeps as moved already and that were rolled back since.

    There is no step that would create them.
    """
    kept = plan.items.filter(action=PlanItem.Action.MIGRATED).values_list("type", "source_id")
    entries = ledger.entries_of(plan)
    return sum(key not in entries for key in kept)


def remaining_steps(plan: Plan) -> list[StepSpec]:
    """Return the steps of all stages that are not done yet, in an order that leaves them out."""
    items = plan.items.select_related("plan").exclude(
        action__in=(PlanItem.Action.MIGRATED, PlanItem.Action.SKIP)
    )
    done = {
        f"{entry.type}:{entry.source_id}:{stage}"
        for entry in ledger.entries_of(plan).values()
        for stage in entry.stages
    }
    steps = [step for step in StepGraph(items).steps() if step.key not in done]
    keys = {step.key for step in steps}
    if keys == {BARRIER}:
        return []
    return [without(step, keys) for step in steps]


def without(step: StepSpec, keys: set[str]) -> StepSpec:
    """Return the step waiting for those of the keys only."""
    return replace(
        step,
        needs=[key for key in step.needs if key in keys],
        after=[key for key in step.after if key in keys],
    )


def execute_stage(item: PlanItem, stage: str, context: StepContext) -> None:
    """Do one stage of one object's move; a stage that is done already is not done again."""
    entry = ledger.open_entry(item)
    if stage in entry.stages:
        return
    work = ItemWork(item, entry, context)
    type_ = resource_type(item.type)
    if stage == "create":
        _create(type_, work)
    else:
        getattr(type_, stage)(work)
    ledger.finish_stage(entry, stage)


def _create(type_: ResourceType, work: ItemWork) -> None:
    """Create the object, unless an attempt whose record was lost has created it already."""
    entry = work.entry
    if entry.state != LedgerEntry.State.PRESENT:
        work.resumed = work.resumed or bool(entry.stage_data.get("creating"))
        found = type_.find(work) if work.resumed else None
        work.save(creating=True)
        if found:
            work.log(f"Found {type_.label} {work.record.name}, created by an earlier attempt.")
        ledger.record_created(entry, found or type_.create(work))
    type_.complete(work)
