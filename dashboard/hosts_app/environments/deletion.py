"""Deletes an environment from Fuel if it has no nodes."""

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Environment
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, WrongState
from dashboard.hosts_app.fuel.environments import refresh_environments
from dashboard.hosts_app.fuel.masters import fuel_at
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from dashboard.jobs.confirmation import require_confirmation
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import NOBODY, Requester
from dashboard.jobs.starting import start_job

KIND = "delete_environment"
DELETE, REFRESH = "delete", "refresh"
DELETE_SECONDS = 600
LEAVING = "remove"
"""The status of an environment while Fuel deletes it."""


def environment_row_of(cloud: Cloud) -> FuelEnvironment:
    """Return the environment of Fuel that a cloud was last seen in. Raises ``WrongState``."""
    if cloud.environment is None:
        raise WrongState(
            f"Cloud {cloud.name} is not in a known environment of Fuel.",
            fix="Refresh the environments, then retry.",
        )
    return cloud.environment


def start_environment_deletion(
    environment: FuelEnvironment,
    *,
    confirmation: str,
    requester: Requester = NOBODY,
) -> Job:
    """Start to delete an environment from Fuel. Calls nothing, only reads rows.

    Raises ``BadInput`` unless its name was typed as confirmation, ``WrongState`` if it is gone or
    had nodes when Fuel was last asked, ``Conflict`` while it is being deleted.
    """
    _require_startable(environment, confirmation)
    title = f"Delete environment {environment.name} from Fuel"
    return start_job(
        kind=KIND,
        title=title,
        subject=f"environment:{environment.pk}",
        steps=[
            StepSpec(key=DELETE, action=DELETE, title=title),
            StepSpec(key=REFRESH, action=REFRESH, title="Refresh environments", needs=[DELETE]),
        ],
        params={
            "fuel": environment.fuel,
            "environment": environment.environment_id,
            "name": environment.name,
        },
        requester=requester,
    )


def _require_startable(environment: FuelEnvironment, confirmation: str) -> None:
    name = environment.name
    require_confirmation(confirmation, expected=name)
    if environment.is_gone:
        raise WrongState(
            f"Environment {name} is no longer in Fuel.", fix="There is nothing left to do."
        )
    if environment.node_count:
        raise WrongState(
            f"Environment {name} has {environment.node_count} nodes, so it cannot be deleted.",
            fix="Move them to another cloud or remove them in Fuel, then refresh the environments.",
        )


def delete(step: Step, context: StepContext) -> None:
    """Delete the environment unless it has nodes, and wait until it is gone.

    Raises ``NeedsOperator`` with the names of its nodes, or with Fuel's reason.
    """
    fuel, params = fuel_at(step.job.params["fuel"]), step.job.params
    environment = _find(fuel, params["environment"])
    if environment is None:
        context.log(f"Environment {params['name']} was deleted already.")
        return
    if environment.status != LEAVING or not fuel.running_tasks(environment.id):
        _require_deletable(fuel, environment, name=params["name"])
        fuel.delete_environment(environment.id)

    def gone() -> bool | None:
        is_at_work = bool(fuel.running_tasks(environment.id))
        if _find(fuel, environment.id) is None:
            return True
        if not is_at_work:
            raise _not_deleted(fuel, environment)
        return None

    what = f"environment {params['name']} to be deleted from Fuel"
    poll_until(gone, what=what, seconds=DELETE_SECONDS, check=context.check)
    context.log(f"Deleted environment {params['name']}.")


def _find(fuel: FuelMaster, environment_id: int) -> Environment | None:
    return next((one for one in fuel.environments() if one.id == environment_id), None)


def _require_deletable(fuel: FuelMaster, environment: Environment, *, name: str) -> None:
    """Check once more before the call: Fuel deletes an environment with all its nodes."""
    if environment.name != name:
        raise NeedsOperator(
            f"Environment {name} is now called {environment.name}, so it was not deleted.",
            fix="Refresh the environments and confirm the new name.",
        )
    if nodes := fuel.nodes(environment.id):
        names = ", ".join(node.fqdn for node in nodes)
        raise NeedsOperator(
            f"Environment {name} has nodes, so it was not deleted: {names}.",
            fix="Move them to another cloud or remove them in Fuel, then retry.",
        )


def _not_deleted(fuel: FuelMaster, environment: Environment) -> NeedsOperator:
    reasons = [task.message for task in fuel.tasks(environment.id) if task.status == "error"]
    return NeedsOperator(
        f"Fuel could not delete environment {environment.name}: "
        f"{(reasons or ['it gives no reason'])[-1]}.",
        fix="Fix it in Fuel (its logs say more), then retry.",
    )


def refresh(_step: Step, context: StepContext) -> None:
    """Store that the environment is gone, and with it its cloud."""
    for line in refresh_environments():
        context.log(line)


STEPS = {DELETE: delete, REFRESH: refresh}
