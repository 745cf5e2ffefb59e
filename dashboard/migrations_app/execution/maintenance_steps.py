"""A migration's own maintenance: of the source while it moves, of its copy until verified."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from django.contrib.auth.models import User
from django.db.models import Q

from dashboard.errors import NeedsOperator
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import Requester, requester_of
from dashboard.jobs.states import Phase
from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.backward import returns_source
from dashboard.migrations_app.execution.verify import is_clean
from dashboard.migrations_app.maintenance.leaving import close
from dashboard.migrations_app.maintenance.locks import open_maintenance
from dashboard.migrations_app.maintenance.options import NONE, WHILE_MOVING
from dashboard.migrations_app.maintenance.starting import (
    ENTER,
    LEAVE,
    new_maintenance,
    perform_all,
    start_leaving,
)
from dashboard.migrations_app.models import LedgerEntry, Plan, TenantMaintenance

OPTION = "maintenance"
GROUP = "project"
PREFIX = "maintenance:"


def on_source(plan: Plan) -> TenantMaintenance | None:
    """Return the maintenance that the plan's tenant is in on the source, whoever put it there."""
    return open_maintenance(plan.source, plan.tenant_id)


def on_destination(plan: Plan) -> TenantMaintenance | None:
    """Return the maintenance that the moved tenant is in on the destination."""
    project_id = moved_project(plan)
    return open_maintenance(plan.destination, project_id) if project_id else None


def maintenances_of(plan: Plan) -> list[TenantMaintenance]:
    """Return the maintenances that the plan's tenant is in, the source's first, in one query."""
    moved = ledger.entries_of_object(plan, "project", plan.tenant_id).filter(
        state=LedgerEntry.State.PRESENT
    )
    there = Q(cloud=plan.destination, project_id__in=moved.values("destination_id"))
    found = TenantMaintenance.objects.filter(
        Q(cloud=plan.source, project_id=plan.tenant_id) | there, state__in=TenantMaintenance.OPEN
    )
    held = found.select_related("cloud")
    return sorted(held, key=lambda each: each.cloud_id != plan.source_id)


def moved_project(plan: Plan) -> str:
    """Return the id of the tenant's project on the destination, "" before there is one."""
    entry = ledger.entry_of(plan, "project", plan.tenant_id)
    return entry.destination_id if entry and entry.state == LedgerEntry.State.PRESENT else ""


def with_maintenance(plan: Plan, steps: Sequence[StepSpec], *, barrier: str) -> list[StepSpec]:
    """Add what the plan's option asks for to the steps of its execution.

    The source enters before anything is done. The destination enters when all is there and before
    anybody can log in: before users get their passwords back.
    """
    wanted = plan.options.get(OPTION, NONE)
    if wanted == NONE or not steps:
        return list(steps)
    enter = _step("enter_source", f"Put {plan.tenant_name} of {plan.source} into maintenance")
    inner = [_after(step, enter.key) if not (step.needs or step.after) else step for step in steps]
    keys = {step.key for step in inner}
    earlier = [step.key for step in inner if step.phase != Phase.COMPLETE]
    hold = _step(
        "enter_destination",
        f"Put {plan.tenant_name} of {plan.destination} into maintenance until it is verified",
        phase=Phase.COMPLETE,
        after=[barrier] if barrier in keys else earlier,
    )
    late = {step.key for step in inner if step.phase == Phase.COMPLETE} - {barrier}
    inner = [_after(step, hold.key) if step.key in late else step for step in inner]
    leave = _step(
        "leave_source",
        f"Take {plan.tenant_name} of {plan.source} out of maintenance",
        phase=Phase.COMPLETE,
        after=[hold.key, *sorted(late)],
    )
    return [enter, *inner, hold, *([leave] if wanted == WHILE_MOVING else [])]


def around_rollback(plan: Plan, steps: Sequence[StepSpec]) -> list[StepSpec]:
    """Add steps to a rollback by which the tenant leaves maintenance on both clouds.

    On the destination before anything is removed: it would give roles back that the rollback has
    taken. On the source as soon as that has its own back, whatever becomes of removals.
    """
    around = list(steps)
    if on_destination(plan):
        title = f"Take {plan.tenant_name} of {plan.destination} out of maintenance"
        first = _step("leave_destination", title)
        rest = (step if returns_source(step) else _after(step, first.key) for step in steps)
        around = [first, *rest]
    held = on_source(plan)
    if held and held.plan_id == plan.pk:
        title = f"Take {plan.tenant_name} of {plan.source} out of maintenance"
        returned = [step.key for step in steps if returns_source(step)]
        around.append(_step("leave_source", title, after=returned))
    return around


def _step(
    action: str, title: str, *, phase: Phase = Phase.PREPARE, after: Sequence[str] = ()
) -> StepSpec:
    key = f"{PREFIX}{action}"
    return StepSpec(key=key, action=action, title=title, group=GROUP, phase=phase, after=after)


def _after(step: StepSpec, key: str) -> StepSpec:
    return replace(step, after=[*step.after, key])


def is_of_maintenance(step: Step) -> bool:
    """Return whether a step of a migration's job is about maintenance."""
    return step.key.startswith(PREFIX)


def perform_step(plan: Plan, step: Step, context: StepContext) -> None:
    """Do a step of a migration that is about maintenance."""
    ACTIONS[step.action](plan, step.job.created_by, context)


def _enter_source(plan: Plan, user: User | None, context: StepContext) -> None:
    _enter(plan, plan.source, plan.tenant_id, user, context)


def _enter_destination(plan: Plan, user: User | None, context: StepContext) -> None:
    _enter(plan, plan.destination, moved_project(plan), user, context)


def _enter(
    plan: Plan, cloud: Cloud, project_id: str, user: User | None, context: StepContext
) -> None:
    """Enter for the plan, or go on entering; a tenant already in maintenance stays in it."""
    held = open_maintenance(cloud, project_id) or new_maintenance(
        cloud, project_id, plan.tenant_name, options={}, user=user, plan=plan
    )
    if held.state == TenantMaintenance.State.ON:
        context.log(f"{plan.tenant_name} of {cloud} is in maintenance already.")
    elif held.state == TenantMaintenance.State.LEAVING or held.plan_id != plan.pk:
        raise NeedsOperator(
            f"{plan.tenant_name} of {cloud} is {held.get_state_display().lower()}.",
            fix="Wait for that to end, then retry.",
        )
    else:
        perform_all(held, to=ENTER, context=context)


def _leave_source(plan: Plan, user: User | None, context: StepContext) -> None:
    _leave(plan, on_source(plan), context)


def _leave_destination(plan: Plan, user: User | None, context: StepContext) -> None:
    if held := on_destination(plan):
        perform_all(held, to=LEAVE, context=context)


def _leave(plan: Plan, held: TenantMaintenance | None, context: StepContext) -> None:
    if held and held.plan_id == plan.pk:
        perform_all(held, to=LEAVE, context=context)
    elif held:
        context.log(f"{held} stays so: it was not this plan that put it there.")


ACTIONS: Mapping[str, Callable[[Plan, User | None, StepContext], None]] = {
    "enter_source": _enter_source,
    "enter_destination": _enter_destination,
    "leave_source": _leave_source,
    "leave_destination": _leave_destination,
}


def leave_when_verified(plan: Plan, requester: Requester) -> None:
    """Leave maintenance on the destination, if the plan holds it until a clean verify."""
    held = on_destination(plan)
    if held and held.plan_id == plan.pk and is_clean(plan):
        start_leaving(held, requester=requester)


def leave_with_source(plan: Plan, job: Job) -> None:
    """Leave maintenance on the source, if the plan holds it: finalizing has left its project."""
    held = on_source(plan)
    if held and held.plan_id == plan.pk:
        start_leaving(held, requester=requester_of(job))


def end_with_source(plan: Plan) -> None:
    """Close the source's maintenance: finalizing has deleted its project."""
    if held := on_source(plan):
        close(held, f"{plan.tenant_name} was deleted from {plan.source}.")
