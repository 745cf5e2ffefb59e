"""Removes an evacuated host from its environment and from its cloud's records."""

from collections.abc import Mapping
from functools import partial

from dashboard.clients.fuel.master import FuelBusy
from dashboard.clients.fuel.objects import Node, Task
from dashboard.clients.fuel.task_calls import TaskGone
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import SERVICES, compute_services, providers_of
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.evacuation.steps import still_on
from dashboard.hosts_app.maintenance import close_host
from dashboard.hosts_app.reassignment.drained import require_drained
from dashboard.hosts_app.reassignment.fit import require_fit
from dashboard.hosts_app.reassignment.refusals import COMPUTE
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.models import LogLevel


def remove_from_environment(work: ReassignmentWork) -> None:
    """Remove the host from the environment that it leaves; Fuel erases it.

    Raises ``NeedsOperator`` that names what is still on the host; nothing is unassigned then.
    """
    record, node = work.record, work.find_node()
    if node is None or node.environment_id != record.source_environment:
        _require_removed(work)
        work.fuel_tasks(record.source_environment).wait_if_started(work.step.key)
        return
    _save_layout(work, node)
    if node.status == "discover":
        work.save(is_removed=True)
        work.fuel.unassign(record.source_environment, [node.id])
        return
    try:
        work.fuel_tasks(record.source_environment).run(work.step.key, partial(_remove, work, node))
    except (FuelBusy, NeedsOperator) as error:
        left = work.find_node()
        if left is not None and left.environment_id == record.source_environment:
            _keep(work, left)
        elif isinstance(error, TaskGone):
            _warn_of_stop(work)
            return
        raise


def _warn_of_stop(work: ReassignmentWork) -> None:
    """Log if somebody has stopped what a removal deploys on the other nodes once the host is gone.

    Without that, the task had ended, and somebody has removed it from Fuel's list.
    """
    environment = work.fuel.environment(work.record.source_environment)
    if environment.status == "stopped":
        work.context.log(
            f"{work.record.host} has left {environment.name}. Then the deployment of its other "
            "nodes was stopped in Fuel by somebody: deploy its changes in Fuel.",
            level=LogLevel.WARNING,
        )


def _keep(work: ReassignmentWork, node: Node) -> None:
    """Take a removal back that Fuel has refused, or that was stopped before the host was erased."""
    if node.status == "ready" and work.step.key not in work.record.tasks:
        if node.pending_deletion:
            work.fuel.keep(node.id)
        work.save(is_removed=False)


def _require_removed(work: ReassignmentWork) -> None:
    if not work.record.is_removed:
        raise NeedsOperator(
            f"{work.record.host} has left its environment, but Pumphouse did not remove it.",
            fix="Check the node in Fuel, then plan again.",
        )
    work.context.log(f"{work.record.host} has left its environment already.")


def _save_layout(work: ReassignmentWork, node: Node) -> None:
    """Store the host's layout and its providers in placement, unless they are stored already."""
    record = work.record
    if not record.interfaces:
        work.save(
            interfaces=work.fuel.interfaces(node.id),
            disks=work.fuel.disks(node.id),
            old_roles=list(node.roles),
        )
        work.context.log(f"Saved interfaces and disks of node {node.id}.")
    # A controller has none, and its cloud may no longer answer when this step is retried.
    if COMPUTE in node.roles and not record.providers:
        work.save(providers=providers_of(work.source, record.host))


def _remove(work: ReassignmentWork, node: Node) -> Task:
    """Start the removal. Nothing may come to the host between the check and the call."""
    environment = work.record.source_environment
    node = work.fuel.node(node.id)  # Fuel was perhaps waited for
    require_online(work, node)
    if work.from_drained:
        require_drained(work.source, work.fuel.nodes(environment))
    else:
        _close_again(work)
        require_empty(work.source, work.record.host)
    require_fit(work, node)
    work.save(is_removed=True)
    if not node.pending_deletion:
        work.fuel.unassign(environment, [node.id])
    return work.fuel.deploy_changes(environment)


def _close_again(work: ReassignmentWork) -> None:
    """Close a host that leaves: a job that failed or was cancelled has opened it, and is resumed.

    One that returns has no nova-compute, or one that nothing has used yet.
    """
    host = work.record.host
    if not work.step.job.params["returns"] and close_host(work.source, host, because="evacuation"):
        work.context.log(f"Disabled nova-compute of {host}.")


def require_online(work: ReassignmentWork, node: Node) -> None:
    """Raise ``NeedsOperator`` if a host that leaves does not answer: Fuel would not erase it.

    One that returns may: what failed on it may be why it is offline, and it is installed anew.
    """
    if not node.online and not work.step.job.params["returns"]:
        raise NeedsOperator(
            f"Node {node.id} ({work.record.host}) is offline in Fuel, which would take it off its "
            "list without erasing it. Nothing was removed.",
            fix="Bring it back until Fuel shows it online, then retry.",
        )


def require_empty(connection: CloudSession, host: str) -> None:
    """Raise ``NeedsOperator`` that names the servers that Nova or placement has on a host."""
    if found := still_on(connection, host, besides=set()):
        raise NeedsOperator(
            f"{host} is not empty: {_names(found)}. It was not removed from its environment.",
            fix="Move them to other hosts, then retry.",
        )


def _names(found: Mapping[str, str]) -> str:
    return ", ".join(name or f"an allocation of {id_}" for id_, name in sorted(found.items()))


def forget_compute(work: ReassignmentWork) -> None:
    """Delete the host's nova-compute and its providers in placement from the cloud that it left.

    This comes after its reboot: a nova-compute that still ran would recreate its records.
    """
    connection, host = work.source, work.record.host
    for service in compute_services(connection):
        if service.host == host:
            version = "2.53" if connection.supports("compute", "2.53") else ""
            connection.delete("compute", f"{SERVICES}/{service.id}", microversion=version)
            work.context.log(f"Deleted nova-compute of {host} from {connection.name}.")
    # Since Stein, Nova deletes them itself.
    for provider in work.record.providers:
        connection.delete("placement", f"/resource_providers/{provider}")
    refresh_hosts(work.record.source)
