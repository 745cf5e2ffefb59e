"""Plans of a reassignment for tests, by facts from Fuel's stand-in."""

from collections.abc import Sequence
from typing import Any

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.inventory import InventoryHost
from dashboard.hosts_app.evacuation.planning import EvacuationPlan
from dashboard.hosts_app.plans.lines import PlanLine
from dashboard.hosts_app.reassignment.facts import (
    Machine,
    ReassignmentFacts,
    read_environment,
    read_example,
)
from dashboard.hosts_app.reassignment.layout import HostLayout, layout_in_destination
from dashboard.hosts_app.reassignment.planning import lines_of
from dashboard.hosts_app.reassignment.refusals import joining_refusals, refusals_of
from tests.support.fuel_masters import RunningMaster

SRC, DST, NODE, HOST = 1, 2, 4, "src-c3"
EMPTY = EvacuationPlan(host=HOST, is_closed=False, lines=[], refusals=[])
MACHINE = Machine(host=InventoryHost(name=HOST))


def facts_of(running: RunningMaster, machine: Machine = MACHINE) -> ReassignmentFacts:
    """Return what a reassignment of the host is planned from."""
    fuel = FuelMaster(running.endpoint)
    sides = [read_environment(fuel, fuel.environment(id_)) for id_ in (SRC, DST)]
    return ReassignmentFacts(
        host=HOST,
        node=next((one for one in sides[0].nodes if one.fqdn == HOST), None),
        source=sides[0],
        destination=sides[1],
        machine=machine,
        interfaces=fuel.interfaces(NODE),
        disks=fuel.disks(NODE),
        example=read_example(fuel, sides[1], roles=["compute", "controller"]),
    )


def layout_of(
    facts: ReassignmentFacts, roles: Sequence[str] = ("compute",), **chosen: str
) -> HostLayout:
    """Return the layout that the host gets."""
    return layout_in_destination(facts, roles=roles, chosen=chosen)


def refused(
    facts: ReassignmentFacts,
    plan: EvacuationPlan = EMPTY,
    roles: Sequence[str] = ("compute",),
    **chosen: str,
) -> list[str]:
    """Return all that stands in the way."""
    layout = layout_of(facts, roles, **chosen)
    found = [*refusals_of(facts, plan), *joining_refusals(facts, roles, layout)]
    return [str(refusal) for refusal in found]


def planned_lines(facts: ReassignmentFacts, **more: Any) -> list[PlanLine]:
    """Return the lines of the plan."""
    options = {"roles": ["compute"], "moves_port": False, "probes": True, **more}
    return lines_of(facts, [], layout=layout_of(facts, options["roles"]), **options)


def rack_of_its_own(running: RunningMaster) -> None:
    """Put the host into a further nodegroup of its environment."""
    FuelMaster(running.endpoint).create_nodegroup(SRC, name="rack2")
    group = running.master.rows["clusters"][SRC]["_groups"]["rack2"]
    running.master.rows["nodes"][NODE]["group_id"] = group
