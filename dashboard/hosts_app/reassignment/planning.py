"""Says what a reassignment does to each thing that it touches, numbered in its order.

Pure words about facts that were read before: nothing here asks a cloud or Fuel.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dashboard.clients.fuel.objects import Node
from dashboard.hosts_app.plans.lines import PlanLine
from dashboard.hosts_app.reassignment.facts import EnvironmentFacts, ReassignmentFacts
from dashboard.hosts_app.reassignment.refusals import COMPUTE, CONTROLLER

Told = tuple[str, str, str, str]
"""Subject, state, outcome and why of a line."""


def lines_of(
    facts: ReassignmentFacts,
    servers: Sequence[PlanLine],
    *,
    roles: Sequence[str],
    moves_port: bool,
    probes: bool,
) -> list[PlanLine]:
    """Return the lines of the servers that leave, and after them those of all that follows."""
    return numbered(
        servers,
        [
            *leaving(facts),
            *([_port(facts)] if moves_port else []),
            discovered(facts.host),
            *coming(
                facts.host,
                facts.destination,
                roles=roles,
                probes=probes,
                keeps_disks=facts.node is None or set(roles) == set(facts.node.roles),
            ),
        ],
    )


def numbered(servers: Sequence[PlanLine], told: Iterable[Told]) -> list[PlanLine]:
    """Return lines with numbers from 1 on, the servers' first."""
    others = (
        PlanLine(number=0, subject=subject, state=state, outcome=outcome, why=why)
        for subject, state, outcome, why in told
    )
    return [
        replace(line, number=number) for number, line in enumerate((*servers, *others), start=1)
    ]


def leaving(facts: ReassignmentFacts) -> Iterator[Told]:
    """Return the lines of what happens to a host in the environment that it leaves."""
    host, side = facts.host, facts.source
    yield (
        host,
        f"node {facts.node.id} of {side.name}" if facts.node else f"unknown in {side.name}",
        "removed by Fuel and erased",
        "all that is on its local disks is lost",
    )
    yield redeployed(side, facts.node)
    if facts.node is None or COMPUTE in facts.node.roles:
        yield (
            f"nova-compute of {host}",
            "closed by then",
            "deleted with its provider in placement",
            "the host is no part of the cloud any more",
        )


def redeployed(side: EnvironmentFacts, node: Node | None) -> Told:
    """Return the line of an environment whose changes are deployed so that a node leaves it."""
    others = [one.fqdn for one in side.others(node)]
    if side.deploys_all and others:
        why = f"since Fuel 9.0 this runs the deployment on {', '.join(others)} too"
    else:
        why = "no other node is touched"
    return f"environment {side.name}", side.environment.status, "its changes are deployed", why


def _port(facts: ReassignmentFacts) -> Told:
    machine = facts.machine.host
    vlan = machine.admin_vlan if machine else None
    return (
        f"switch port of {facts.host}",
        "as it is",
        f"moved to VLAN {vlan}",
        "the host boots from the network there",
    )


def discovered(host: str) -> Told:
    """Return the line of a host that Fuel has to discover."""
    return (
        host,
        "erased by then",
        "booted from the network by its BMC",
        "Fuel discovers it anew, under another id and name",
    )


def coming(
    host: str,
    side: EnvironmentFacts,
    *,
    roles: Sequence[str],
    probes: bool,
    keeps_disks: bool = True,
) -> Iterator[Told]:
    """Return the lines of what makes a discovered node a host of an environment."""
    yield (
        host,
        "discovered by then",
        f"assigned to {side.name} as {', '.join(roles)}",
        "interfaces and disks are laid out as they were, by name"
        if keeps_disks
        else "interfaces are laid out as they were, disks as Fuel does for these roles",
    )
    yield _deployed(side, roles)
    if probes and COMPUTE in roles:
        yield (
            "a small server",
            "not there yet",
            "booted on the host and deleted",
            "this shows that the host takes servers",
        )


def _deployed(side: EnvironmentFacts, roles: Sequence[str]) -> Told:
    others = [one.fqdn for one in side.others(None)]
    if CONTROLLER in roles and others:
        outcome = "its changes are deployed"
        why = f"{', '.join(others)} are deployed again, to know the new controller"
    else:
        outcome, why = "this one node is installed and deployed", "no other node is touched"
    return f"environment {side.name}", side.environment.status, outcome, why


def notes_of(facts: ReassignmentFacts, *, moves_port: bool) -> Iterator[str]:
    """Return what is to be known before confirming."""
    old, new = facts.source.release, facts.destination.release
    if old.id != new.id:
        yield (
            f"It goes from {old.name} ({old.operating_system}) to {new.name} "
            f"({new.operating_system})."
        )
    if facts.source.admin_vlans != facts.destination.admin_vlans and not moves_port:
        yield (
            "The two environments boot nodes in different VLANs, and the inventory has no switch "
            f"hook for {facts.host}: move its port by hand when it waits to be discovered."
        )
