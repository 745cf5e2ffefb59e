"""What stands in the way of a reassignment. Pure decisions about facts that were read before."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from dashboard.clients.fuel.layout import BOND, disks_like
from dashboard.clients.fuel.objects import Node
from dashboard.clients.fuel.roles import closed_because, conflicts_among, unread_conditions
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.reassignment.facts import EnvironmentFacts, ReassignmentFacts
from dashboard.hosts_app.reassignment.layout import HostLayout

COMPUTE, CONTROLLER = "compute", "controller"
ROLES: Mapping[str, str] = {
    CONTROLLER: "it runs the cloud itself",
    "ceph-osd": "its disks hold a part of Ceph's data",
    "cinder": "its disks hold volumes",
    "mongo": "it holds Ceilometer's data",
}
"""Why a node with this role besides compute cannot be reassigned."""


def refusals_of(facts: ReassignmentFacts, evacuation: EvacuationPlan) -> list[Refusal]:
    """Return everything that stands in the way, the servers' refusals first."""
    stay = (
        Refusal(
            sentence=f"Server {line.name} would stay on {facts.host}, which is erased.",
            fix="Move or delete it, or remove its owner's choice.",
        )
        for line in evacuation.left
    )
    return [*evacuation.refusals, *stay, *_roles(facts), *obstacles(facts)]


def obstacles(facts: ReassignmentFacts) -> list[Refusal]:
    """Return what stands in the way whatever the node's roles are."""
    return [refusal for check in CHECKS for refusal in check(facts)]


def busy(side: EnvironmentFacts) -> Iterator[Refusal]:
    """Yield the tasks that Fuel runs in an environment; it starts no other one meanwhile."""
    for task in side.running:
        if task.parent_id is None:
            yield Refusal(
                sentence=f"Fuel is busy in environment {side.name}: task {task.name} "
                f"({task.id}), {task.progress} %.",
                fix="Wait until it is done, then plan again.",
            )


def _sides(facts: ReassignmentFacts) -> Iterator[Refusal]:
    for side in (facts.source, facts.destination):
        yield from busy(side)
        if not side.running and side.environment.status != "operational":
            yield Refusal(
                sentence=f"Environment {side.name} is {side.environment.status}, not operational.",
                fix="Fix it in Fuel: deploy its changes until it is operational.",
            )
    release = facts.destination.release
    if release.state != "available":
        yield Refusal(
            sentence=f"Release {release.name} of environment {facts.destination.name} is "
            f"{release.state}, so Fuel cannot install it.",
            fix="Make it available in Fuel (fuel-bootstrap, repositories).",
        )


def waiting_changes(side: EnvironmentFacts, *, besides: Node | None) -> Iterator[Refusal]:
    """Yield what else deploying the changes of an environment would do."""
    for node in side.others(besides):
        if node.pending_addition or node.pending_deletion:
            change = "added" if node.pending_addition else "removed"
            yield Refusal(
                sentence=f"Node {node.fqdn} of environment {side.name} is pending to be {change}, "
                "and would be in the same deployment.",
                fix="Deploy or discard that change in Fuel first.",
            )


def _waiting_changes(facts: ReassignmentFacts) -> Iterator[Refusal]:
    yield from waiting_changes(facts.source, besides=facts.node)


def _node(facts: ReassignmentFacts) -> Iterator[Refusal]:
    node = facts.node
    if node is None:
        yield Refusal(
            sentence=f"Environment {facts.source.name} has no node named {facts.host}.",
            fix="Check in Fuel which environment it is in.",
        )
    elif node.status != "ready" or not node.online:
        yield Refusal(
            sentence=f"Node {node.id} ({facts.host}) is {node.status} in Fuel"
            f"{'' if node.online else ' and offline'}.",
            fix="Bring it back until Fuel shows it ready and online.",
        )


def _roles(facts: ReassignmentFacts) -> Iterator[Refusal]:
    for role in facts.node.roles if facts.node else ():
        if role != COMPUTE:
            why = ROLES.get(role, "Pumphouse cannot remove that role")
            yield Refusal(
                sentence=f"{facts.host} also has the role {role}: {why}.",
                fix="Choose a host that is only a compute.",
            )


def fit_refusals(
    side: EnvironmentFacts, roles: Sequence[str], layout: HostLayout
) -> Iterator[Refusal]:
    """Yield why an environment would not take a host with these roles and this layout.

    Fuel itself refuses it only when the host has been erased.
    """
    yield from _unknown_roles(side, roles)
    for one, other in conflicts_among(roles, side.roles):
        yield Refusal(
            sentence=f"In environment {side.name} no node can have both roles {one} and {other}.",
            fix="Leave one of them out.",
        )
    for role in (side.roles[name] for name in roles if name in side.roles):
        for reason in closed_because(role, side.models):
            yield Refusal(
                sentence=f"Environment {side.name} does not allow the role {role.name}: {reason}.",
                fix="Leave it out, or change the environment's settings in Fuel.",
            )
    yield from layout.faults


def joining_refusals(
    facts: ReassignmentFacts, roles: Sequence[str], layout: HostLayout
) -> Iterator[Refusal]:
    """Yield why the destination would not take the host, if Fuel knows the host at all."""
    if facts.node is None:
        return
    yield from fit_refusals(facts.destination, roles, layout)
    if set(roles) == set(facts.node.roles):
        yield from disk_refusals(facts)


def _unknown_roles(side: EnvironmentFacts, roles: Sequence[str]) -> Iterator[Refusal]:
    if side.roles and (unknown := [role for role in roles if role not in side.roles]):
        yield Refusal(
            sentence=f"Environment {side.name} has no role {', '.join(unknown)}.",
            fix=f"It has: {', '.join(sorted(side.roles))}.",
        )


def unread_restrictions(side: EnvironmentFacts, roles: Sequence[str]) -> Iterator[str]:
    """Yield a note on each condition of Fuel that Pumphouse cannot read."""
    for role in (side.roles[name] for name in roles if name in side.roles):
        for condition in unread_conditions(role, side.models):
            yield (
                f"Pumphouse cannot read a condition of the role {role.name}, so only Fuel checks "
                f"it, when the host has been erased: {condition}."
            )


def disk_refusals(facts: ReassignmentFacts) -> Iterator[Refusal]:
    """Yield the volumes of a host that its disks cannot have again."""
    try:
        disks_like(facts.disks, facts.disks)
    except NeedsOperator as error:
        yield Refusal(sentence=error.sentence, fix=error.fix)


def _macs(facts: ReassignmentFacts) -> Iterator[Refusal]:
    if facts.node is None:
        return
    if not facts.node.macs:
        yield Refusal(
            sentence=f"Fuel does not know the MAC addresses of {facts.host}, which identify it "
            "after its removal.",
            fix="Start nailgun-agent on the host.",
        )
    host = facts.machine.host
    if host and (other := host.macs - facts.node.macs):
        yield Refusal(
            sentence=f"The inventory gives {host.name} the MAC addresses "
            f"{', '.join(sorted(other))}, which it does not have in Fuel.",
            fix="Correct hwaddr in inventory.yaml, so that the right machine is powered off.",
        )


def _interface_names(facts: ReassignmentFacts) -> Iterator[Refusal]:
    host = facts.machine.host
    # a bond has the address of one of its slaves
    ports = (one for one in facts.interfaces if one["type"] != BOND)
    names = {(one.get("mac") or "").lower(): one["name"] for one in ports}
    for interface in host.interfaces.values() if host else ():
        name = names.get(interface.mac or "")
        if name and name != interface.name:
            yield Refusal(
                sentence=f"Interface {interface.mac} of {facts.host} is {interface.name} in the "
                f"inventory and {name} in Fuel.",
                fix="Give it the same name in inventory.yaml.",
            )


def _power(facts: ReassignmentFacts) -> Iterator[Refusal]:
    if facts.machine.fault:
        yield facts.machine.fault


CHECKS: Sequence[Callable[[ReassignmentFacts], Iterator[Refusal]]] = (
    _sides,
    _waiting_changes,
    _node,
    _macs,
    _interface_names,
    _power,
)
