"""The steps that copy an environment. Each can be retried after a crash."""

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment
from dashboard.errors import Conflict, NeedsOperator
from dashboard.hosts_app.environments.duplicating import (
    CREATE,
    NETWORKS,
    REFRESH,
    SETTINGS,
    VERIFY,
)
from dashboard.hosts_app.environments.networks import (
    changed_configuration,
    differing_networks,
    missing_networks,
)
from dashboard.hosts_app.environments.planning import Content
from dashboard.hosts_app.environments.plugins import carried_plugins
from dashboard.hosts_app.environments.settings import (
    carried_settings,
    differing_settings,
    without_values,
)
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.fuel.masters import fuel_at
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.kinds import StepContext
from dashboard.jobs.models import Step


def create(step: Step, context: StepContext) -> None:
    """Create the environment with its nodegroups, or continue with the one that this job created.

    Ids in Fuel only grow. So an environment of that name is this job's if its id is greater than
    the newest one recorded before the call. Raises ``NeedsOperator`` if another one has the name.
    """
    plan = _plan_of(step)
    fuel, content = fuel_at(plan.environment.fuel), Content.of(plan.content)
    copy = _found(plan, fuel) or _created(plan, fuel, content)
    plan.copy_id = copy.id
    plan.save(update_fields=["copy_id"])
    context.log(f"Environment {plan.name} exists, with id {copy.id}.")
    there = fuel.nodegroups(copy.id)
    for group in content.groups:
        if group not in there:
            fuel.create_nodegroup(copy.id, name=group)
            context.log(f"Created nodegroup {group}.")


def _found(plan: EnvironmentPlan, fuel: FuelMaster) -> Environment | None:
    """Return what an earlier attempt created, else None.

    Raises ``NeedsOperator`` if somebody else has created an environment of that name.
    """
    environments = fuel.environments()
    named = next((one for one in environments if one.name == plan.name), None)
    if named is None:
        plan.newest_id = max((one.id for one in environments), default=0)
        plan.save(update_fields=["newest_id"])
    elif plan.newest_id is None or named.id <= plan.newest_id:
        raise _name_taken(plan)
    return named


def _created(plan: EnvironmentPlan, fuel: FuelMaster, content: Content) -> Environment:
    source = fuel.environment(plan.environment.environment_id)
    try:
        return fuel.create_environment_like(
            source,
            name=plan.name,
            release_id=content.release_id,
            segmentation=content.segmentation,
        )
    except Conflict:
        # Somebody was faster: clear the record, or a retry would take theirs for ours.
        plan.newest_id = None
        plan.save(update_fields=["newest_id"])
        raise _name_taken(plan) from None


def _name_taken(plan: EnvironmentPlan) -> NeedsOperator:
    return NeedsOperator(
        f"Fuel already has an environment {plan.name}, which this job has not created.",
        fix="Plan again with another name, or delete that environment in Fuel.",
    )


def refresh(_step: Step, context: StepContext) -> None:
    """Store the new environment, and its future cloud."""
    for line in refresh_environments():
        context.log(line)


def carry_settings(step: Step, context: StepContext) -> None:
    """Copy settings, plugins, and how Fuel shows the nodes by their labels.

    Nailgun's errors quote what they reject, so texts that were sent are removed from them.
    """
    plan = _plan_of(step)
    fuel, content = fuel_at(plan.environment.fuel), Content.of(plan.content)
    source, copy = fuel.environment(plan.environment.environment_id), _copy_of(plan, fuel)
    editable = fuel.settings(source.id)["editable"]
    theirs = fuel.settings(copy.id)["editable"]
    _require_plugins(content, theirs)
    body = {
        **carried_settings(editable, content.settings),
        **carried_plugins(editable, theirs, content.plugins),
    }
    try:
        fuel.change_settings(copy.id, {"editable": body})
    except NeedsOperator as refused:
        raise NeedsOperator(without_values(refused.sentence, body), fix=refused.fix) from None
    if view := source.data.get("ui_settings"):
        fuel.show_environment_as(copy.id, view=view)
    context.log(f"Copied {len(content.settings)} settings and {len(content.plugins)} plugins.")


def _require_plugins(content: Content, theirs: dict[str, object]) -> None:
    if missing := [name for name in content.plugins if name not in theirs]:
        raise NeedsOperator(
            f"Fuel does not offer {', '.join(missing)} to the new environment.",
            fix="Check that the plugins are installed for its release, then plan again.",
        )


def carry_networks(step: Step, context: StepContext) -> None:
    """Set the ranges and VLANs of the copy's networks as planned.

    Nailgun validates the whole configuration and rejects ranges that overlap within it.
    """
    plan = _plan_of(step)
    fuel, content = fuel_at(plan.environment.fuel), Content.of(plan.content)
    copy = _copy_of(plan, fuel)
    current, groups = fuel.network_configuration(copy.id), fuel.nodegroups(copy.id)
    if missing := missing_networks(current, groups, content.networks):
        raise NeedsOperator(
            f"Environment {plan.name} has no network {', '.join(missing)}.",
            fix="Create it in Fuel, then retry.",
        )
    wanted = changed_configuration(
        current, groups, wanted=content.networks, parameters=content.parameters
    )
    fuel.change_network_configuration(copy.id, wanted)
    context.log(f"Copied {len(content.networks)} networks.")


def verify(step: Step, context: StepContext) -> None:
    """Compare the copy with the plan. Raises ``NeedsOperator`` that names what differs."""
    plan = _plan_of(step)
    fuel, content = fuel_at(plan.environment.fuel), Content.of(plan.content)
    copy = _copy_of(plan, fuel)
    different = differing_settings(
        fuel.settings(plan.environment.environment_id)["editable"],
        fuel.settings(copy.id)["editable"],
        content.settings,
    ) + differing_networks(
        fuel.network_configuration(copy.id),
        fuel.nodegroups(copy.id),
        wanted=content.networks,
        parameters=content.parameters,
    )
    if different:
        raise NeedsOperator(
            f"Environment {plan.name} differs from its plan: {', '.join(different)}.",
            fix="Correct it in Fuel, or skip this step.",
        )
    context.log(f"Environment {plan.name} is as planned.")


def _copy_of(plan: EnvironmentPlan, fuel: FuelMaster) -> Environment:
    """Return the environment that the job created. Raises ``NotFound`` if it has been deleted."""
    return fuel.environment(plan.copy_id or 0)


def _plan_of(step: Step) -> EnvironmentPlan:
    plans = EnvironmentPlan.objects.select_related("environment")
    return plans.get(pk=step.job.params["environment_plan"])


STEPS = {
    CREATE: create,
    REFRESH: refresh,
    SETTINGS: carry_settings,
    NETWORKS: carry_networks,
    VERIFY: verify,
}
