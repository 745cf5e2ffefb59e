"""Executes a plan: a step for each stage of each object, written ahead in the ledger."""

from django.db.models import Exists

from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.creating import create_once
from dashboard.migrations_app.execution.graph import BARRIER, StepGraph, without
from dashboard.migrations_app.execution.work import ItemWork
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.records import MIGRATED
from dashboard.migrations_app.resources.registry import resource_type

HALT = "stop"
"""The stage of a server that halts it in the source."""


def count_vanished(plan: Plan) -> int:
    """Count the objects that the plan found already migrated and that were rolled back since.

    There is no step that would create them.
    """
    if not total(numbers_of(plan).items, action=PlanItem.Action.MIGRATED):
        return 0
    kept = plan.items.filter(action=PlanItem.Action.MIGRATED)
    return kept.exclude(Exists(ledger.entries_of_outer_item(plan))).count()


def remaining_steps(plan: Plan) -> list[StepSpec]:
    """Return the steps of all stages that are not done; they wait for no step that is."""
    planned = plan.items.select_related("plan").exclude(action=PlanItem.Action.SKIP)
    items = [item for item in planned if item.action != MIGRATED or _is_repeated(item)]
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


def servers_to_halt(plan: Plan) -> list[str]:
    """Return in words the servers that execution will stop in the source."""
    halted = {key for key, entry in ledger.entries_of(plan).items() if HALT in entry.stages}
    servers = plan.items.filter(type="server", action=PlanItem.Action.CREATE)
    server = resource_type("server")
    return [server.called(item.title) for item in servers if item.key not in halted]


def _is_repeated(item: PlanItem) -> bool:
    return any(stage.repeated for stage in resource_type(item.type).stages)


def reopen(plan: Plan) -> None:
    """Forget the stages that are done again when more is moved, if anything is left to be moved."""
    if not remaining_steps(plan):
        return
    for entry in ledger.entries_of(plan).values():
        stages = [stage.name for stage in resource_type(entry.type).stages if stage.repeated]
        if {*stages} <= {*entry.stages}:
            for stage in stages:
                ledger.undo_stage(entry, stage)


def execute_stage(item: PlanItem, stage: str, context: StepContext) -> None:
    """Do one stage of one object's move, unless it is done."""
    entry = ledger.open_entry(item)
    if stage in entry.stages:
        return
    work = ItemWork(item, entry, context)
    type_ = resource_type(item.type)
    if stage == "create":
        create_once(type_, work)
    elif _concerns(type_, stage, entry):
        getattr(type_, stage)(work)
    ledger.finish_stage(entry, stage)


def _concerns(type_: ResourceType, stage: str, entry: LedgerEntry) -> bool:
    """Return whether a stage is to be done: little of what somebody else has made meanwhile."""
    return type_.stage(stage).for_adopted or entry.origin == LedgerEntry.Origin.CREATED
