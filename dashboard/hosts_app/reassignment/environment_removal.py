"""Takes a freed host out of its environment and out of its cloud's records."""

from collections.abc import Mapping
from functools import partial

from dashboard.clients.fuel.objects import Node, Task
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.nova import SERVICES, compute_services, providers_of
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.evacuation.steps import still_on
from dashboard.hosts_app.reassignment.drained import require_drained
from dashboard.hosts_app.reassignment.refusals import COMPUTE
from dashboard.hosts_app.reassignment.work import ReassignmentWork


def remove_from_environment(work: ReassignmentWork) -> None:
    """Have Fuel remove the host from the environment that it leaves; this erases it.

    Raises NeedsOperator that names what is on the host: then nothing was unassigned.
    """
    record, node = work.record, work.find_node()
    if node is None or node.environment_id != record.source_environment:
        _require_removed(work)
        work.fuel_tasks(record.source_environment).wait_if_started(work.step.key)
        return
    _save_layout(work, node)
    if node.status == "discover":
        work.note(is_removed=True)
        work.fuel.unassign(record.source_environment, [node.id])
        return
    tasks = work.fuel_tasks(record.source_environment)
    tasks.run(work.step.key, partial(_remove, work, node))


def _require_removed(work: ReassignmentWork) -> None:
    if not work.record.is_removed:
        raise NeedsOperator(
            f"{work.record.host} is in its environment no more, and it was not Pumphouse that "
            "took it out.",
            fix="Look at the node in Fuel; plan again.",
        )
    work.context.log(f"Found {work.record.host} out of its environment already.")


def _save_layout(work: ReassignmentWork, node: Node) -> None:
    """Keep how the host is laid out and what the cloud has of it, unless it is kept already."""
    record = work.record
    if not record.interfaces:
        work.note(
            interfaces=work.fuel.interfaces(node.id),
            disks=work.fuel.disks(node.id),
            old_roles=list(node.roles),
        )
        work.context.log(f"Saved interfaces and disks of node {node.id}.")
    # a controller has none, and its cloud may not answer any more when this step is tried again
    if COMPUTE in node.roles and not record.providers:
        work.note(providers=providers_of(work.source, record.host))


def _remove(work: ReassignmentWork, node: Node) -> Task:
    """Order the removal. Nothing may come to the host between the look at it and the order."""
    environment = work.record.source_environment
    if work.from_drained:
        require_drained(work.source, work.fuel.nodes(environment))
    else:
        require_empty(work.source, work.record.host)
    work.note(is_removed=True)
    if not node.pending_deletion:
        work.fuel.unassign(environment, [node.id])
    return work.fuel.deploy_changes(environment)


def require_empty(connection: CloudSession, host: str) -> None:
    """Raise NeedsOperator that names the servers which Nova or placement has on a host."""
    if found := still_on(connection, host, besides=set()):
        raise NeedsOperator(
            f"{host} is not empty: {_names(found)}. It was not taken out of its environment.",
            fix="Move them away, then retry.",
        )


def _names(found: Mapping[str, str]) -> str:
    return ", ".join(name or f"an allocation of {id_}" for id_, name in sorted(found.items()))


def forget_compute(work: ReassignmentWork) -> None:
    """Delete the host's nova-compute and its providers in placement from the cloud that it left.

    Only once it has booted anew: a nova-compute that still ran would make its records again.
    """
    connection, host = work.source, work.record.host
    for service in compute_services(connection):
        if service.host == host:
            version = "2.53" if connection.supports("compute", "2.53") else ""
            connection.delete("compute", f"{SERVICES}/{service.id}", microversion=version)
            work.context.log(f"Deleted nova-compute of {host} from {connection.name}.")
    # Nova itself deletes them since Stein.
    for provider in work.record.providers:
        connection.delete("placement", f"/resource_providers/{provider}")
    refresh_hosts(work.record.source)
