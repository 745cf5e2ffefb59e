"""Describes what a reassignment does to each thing that it affects, numbered in its order.

Pure words about facts that were read before: nothing here calls a cloud or Fuel.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from dashboard.clients.fuel.layout import DEFAULT_GROUP
from dashboard.clients.fuel.objects import Node
from dashboard.hosts_app.plans.lines import PlanLine
from dashboard.hosts_app.reassignment.facts import EnvironmentFacts, ReassignmentFacts
from dashboard.hosts_app.reassignment.layout import HostLayout
from dashboard.hosts_app.reassignment.refusals import COMPUTE, CONTROLLER, unread_restrictions

LineText = tuple[str, str, str, str]
"""Subject, state, outcome and reason of a line."""


def lines_of(
    facts: ReassignmentFacts,
    servers: Sequence[PlanLine],
    *,
    roles: Sequence[str],
    layout: HostLayout,
    moves_port: bool,
    probes: bool,
) -> list[PlanLine]:
    """Return the lines of the servers that leave, then those of everything that follows."""
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
                layout=layout,
                probes=probes,
                keeps_disks=facts.node is None or set(roles) == set(facts.node.roles),
            ),
        ],
    )


def numbered(servers: Sequence[PlanLine], texts: Iterable[LineText]) -> list[PlanLine]:
    """Return the lines numbered from 1, the servers' first."""
    others = (
        PlanLine(number=0, subject=subject, state=state, outcome=outcome, why=why)
        for subject, state, outcome, why in texts
    )
    return [
        replace(line, number=number) for number, line in enumerate((*servers, *others), start=1)
    ]


def leaving(facts: ReassignmentFacts) -> Iterator[LineText]:
    """Yield what happens to a host in the environment that it leaves."""
    host, side = facts.host, facts.source
    yield (
        host,
        f"node {facts.node.id} of {side.name}" if facts.node else f"unknown in {side.name}",
        "removed by Fuel and erased",
        "everything on its local disks is lost",
    )
    yield redeployed(side, facts.node)
    if facts.node is None or COMPUTE in facts.node.roles:
        yield (
            f"nova-compute of {host}",
            "closed by then",
            "deleted with its provider in placement",
            "the host is no longer part of the cloud",
        )


def redeployed(side: EnvironmentFacts, node: Node | None) -> LineText:
    """Return the line of an environment whose changes are deployed to remove a node."""
    others = [one.fqdn for one in side.others(node)]
    if side.deploys_all and others:
        why = f"since Fuel 9.0 this also runs the deployment on {', '.join(others)}"
    else:
        why = "no other node is affected"
    return f"environment {side.name}", side.environment.status, "its changes are deployed", why


def _port(facts: ReassignmentFacts) -> LineText:
    machine = facts.machine.host
    vlan = machine.admin_vlan if machine else None
    return (
        f"switch port of {facts.host}",
        "unchanged so far",
        f"moved to VLAN {vlan}",
        "the host boots from the network there",
    )


def discovered(host: str) -> LineText:
    """Return the line of a host that Fuel must discover."""
    return (
        host,
        "erased by then",
        "booted from the network by its BMC",
        "Fuel discovers it again, with another id and name",
    )


def coming(
    host: str,
    side: EnvironmentFacts,
    *,
    roles: Sequence[str],
    layout: HostLayout,
    probes: bool,
    keeps_disks: bool = True,
) -> Iterator[LineText]:
    """Yield what makes a discovered node a host of an environment."""
    rack = "" if layout.group == DEFAULT_GROUP else f", in nodegroup {layout.group}"
    disks = "as before, by name" if keeps_disks else "as Fuel lays them out for these roles"
    yield (
        host,
        "discovered by then",
        f"assigned to {side.name} as {', '.join(roles)}{rack}",
        f"networks on {layout.summary or 'no interface'}; disks {disks}",
    )
    yield from _moved_networks(host, side, layout, roles)
    yield _deployed(side, roles)
    if probes and COMPUTE in roles:
        yield (
            "a small server",
            "not there yet",
            "booted on the host and deleted",
            "this shows that the host can run servers",
        )


def _moved_networks(
    host: str, side: EnvironmentFacts, layout: HostLayout, roles: Sequence[str]
) -> Iterator[LineText]:
    """Yield the networks that are on another interface afterwards, or not on the host."""
    for place in layout.places:
        if place.why:
            state = f"on {place.before}" if place.before else f"not on {host}"
            yield f"network {place.network}", state, f"on {place.interface}", place.why
    for name, interface in layout.dropped.items():
        why = f"{', '.join(roles)} has no such network in {side.name}"
        yield f"network {name}", f"on {interface}", f"not on {host}", why


def _deployed(side: EnvironmentFacts, roles: Sequence[str]) -> LineText:
    others = [one.fqdn for one in side.others(None)]
    if CONTROLLER in roles and others:
        outcome = "its changes are deployed"
        why = f"{', '.join(others)} are deployed again, to learn of the new controller"
    else:
        outcome, why = "this one node is installed and deployed", "no other node is affected"
    return f"environment {side.name}", side.environment.status, outcome, why


def notes_of(
    facts: ReassignmentFacts, *, moves_port: bool, roles: Sequence[str] = ()
) -> Iterator[str]:
    """Yield what to know before confirming."""
    yield from unread_restrictions(facts.destination, roles)
    old, new = facts.source.release, facts.destination.release
    if old.id != new.id:
        yield (
            f"It moves from {old.name} ({old.operating_system}) to {new.name} "
            f"({new.operating_system})."
        )
    if facts.source.admin_vlans != facts.destination.admin_vlans and not moves_port:
        yield (
            "The two environments boot nodes in different VLANs, and the inventory has no switch "
            f"hook for {facts.host}: move its port by hand while Fuel waits to discover it."
        )
