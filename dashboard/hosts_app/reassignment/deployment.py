"""Makes a discovered node a host of the destination: its roles, its layout, its deployment."""

from collections.abc import Callable, Sequence
from functools import partial

from dashboard.clients.fuel.layout import (
    DEFAULT_GROUP,
    disks_like,
    interfaces_with,
    networks_of_group,
)
from dashboard.clients.fuel.objects import Node, Task
from dashboard.clients.fuel.task_calls import TaskGone
from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.reassignment.facts import read_environment
from dashboard.hosts_app.reassignment.fit import layout_now
from dashboard.hosts_app.reassignment.refusals import CONTROLLER
from dashboard.hosts_app.reassignment.work import ReassignmentWork

INSTALLED = ("provisioned", "deploying", "ready")


def assign(work: ReassignmentWork) -> None:
    """Assign the node to its environment, with its networks and disks laid out by name.

    Other roles than before need other volumes, so the disks then stay as Fuel lays them out.
    """
    record, fuel, node = work.record, work.fuel, work.node()
    target = record.destination_environment
    if node.environment_id is None:
        give = partial(fuel.assign, target, [node.id], roles=record.roles)
        work.fuel_tasks(target).when_free(give)
        node = fuel.node(node.id)
        work.context.log(f"Assigned node {node.id} as {', '.join(record.roles)}.")
    if node.environment_id != target:
        raise NeedsOperator(
            f"Node {node.id} was assigned to another environment meanwhile.",
            fix="Remove it from there in Fuel, then retry.",
        )
    if node.pending_deletion:
        fuel.keep(node.id)
    if node.status == "discover":
        _lay_out(work, node)


def _lay_out(work: ReassignmentWork, node: Node) -> None:
    record, fuel = work.record, work.fuel
    side = read_environment(fuel, fuel.environment(record.destination_environment))
    group = side.group_names.get(node.group_id or 0, DEFAULT_GROUP)
    layout = layout_now(work, side, group=group)
    for fault in layout.faults:
        raise NeedsOperator(fault.sentence, fix=fault.fix)
    networks = networks_of_group(side.networks, node.group_id)
    wanted = interfaces_with(
        record.interfaces,
        fuel.interfaces(node.id),
        places=layout.by_network,
        network_ids={network["name"]: network["id"] for network in networks},
    )
    when_free = work.fuel_tasks(record.destination_environment).when_free
    when_free(partial(fuel.change_interfaces, node.id, wanted))
    if work.keeps_disks:
        disks = disks_like(record.disks, fuel.disks(node.id))
        when_free(partial(fuel.change_disks, node.id, disks))
    if group != DEFAULT_GROUP:
        work.context.log(f"Fuel has put it into nodegroup {group}, by the network it booted from.")
    what = "interfaces and disks" if work.keeps_disks else "interfaces"
    work.context.log(f"Laid out {what} of node {node.id}: {layout.summary}.")


def provision(work: ReassignmentWork) -> None:
    """Install the operating system on this one node through Fuel."""
    _bring(work, work.fuel.provision, to=INSTALLED)


def deploy(work: ReassignmentWork) -> None:
    """Deploy OpenStack on this one node through Fuel, and record the name it has from now on.

    A controller needs all changes of its environment deployed: the others must learn of it.
    """
    is_controller = CONTROLLER in work.record.roles
    order = partial(_deploy_changes, work) if is_controller else work.fuel.deploy
    node = _bring(work, order, to=("ready",))
    work.save(new_host=node.fqdn)


def _deploy_changes(work: ReassignmentWork, environment: int, node_ids: Sequence[int]) -> Task:
    """Deploy all changes of an environment. Raises ``NeedsOperator`` if another node has some."""
    for node in work.fuel.nodes(environment):
        if node.id not in node_ids and (node.pending_addition or node.pending_deletion):
            raise NeedsOperator(
                f"Node {node.fqdn} has pending changes in Fuel, which would be deployed with it.",
                fix="Deploy or discard them in Fuel, then retry.",
            )
    return work.fuel.deploy_changes(environment)


def _bring(
    work: ReassignmentWork, order: Callable[[int, list[int]], Task], *, to: tuple[str, ...]
) -> Node:
    """Start a task that brings the node to one of the states, unless it is there. Return it."""
    node, environment = work.node(), work.record.destination_environment
    tasks = work.fuel_tasks(environment)
    if node.status in to:
        tasks.wait_if_started(work.step.key)
        return node
    try:
        tasks.run(work.step.key, partial(order, environment, [node.id]))
    except TaskGone:
        if work.node().status not in to:
            raise
    node = work.node()
    if node.status not in to:
        tasks.forget(work.step.key)
        raise Retryable(f"Fuel's task is done, but node {node.id} is still {node.status}.")
    return node
