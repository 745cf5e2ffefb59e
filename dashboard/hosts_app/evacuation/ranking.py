"""Ranks hosts by what it takes to evacuate them.

Pure decisions about one reading of a cloud: nothing here calls it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.template.defaultfilters import pluralize

from dashboard.clients.openstack import Json
from dashboard.hosts_app.compute.facts import CloudReading, HostFacts
from dashboard.hosts_app.compute.flavors import local_disk_gib
from dashboard.hosts_app.compute.room import RAM_MIB, VCPU
from dashboard.hosts_app.evacuation.planning import (
    EvacuationPlan,
    MoveOutcome,
    lacks_room,
    plan_of,
)

GIB = 1024  # in MiB


@dataclass(frozen=True, kw_only=True)
class EvacuationCost:
    """What it takes to evacuate a host, and what that gains.

    ``servers``, ``ram_mib`` and ``disk_gib`` must move. ``disk_gib`` counts disks that are not
    volumes; they are not copied where hosts share storage. ``refused`` servers cannot be moved as
    they are, ``staying`` ones stay by their owners' choice. ``fits`` is whether the other hosts
    have room (first fit). ``vcpus_gained`` and ``ram_gained_mib`` are the machine's own.
    """

    host: str
    servers: int
    ram_mib: int
    disk_gib: int
    refused: int
    staying: int
    fits: bool
    obstacles: Sequence[str]
    vcpus_gained: int
    ram_gained_mib: int

    @property
    def effort(self) -> tuple[Any, ...]:
        """The sort key of the ranking, least effort first; of equal hosts the larger machine wins.

        Obstacles weigh most, then the bytes that must be copied, then the number of servers.
        """
        return (
            len(self.obstacles),
            self.staying,
            self.disk_gib,
            self.ram_mib,
            self.servers,
            -self.vcpus_gained,
            self.host,
        )

    @property
    def reason(self) -> str:
        """What stands in the way, else what must move, in a few words."""
        if self.obstacles:
            more = f" ({len(self.obstacles) - 1} more)" if len(self.obstacles) > 1 else ""
            return self.obstacles[0] + more
        if not self.servers:
            return f"{self.staying} stay by choice" if self.staying else "has no servers"
        noun = f"server{pluralize(self.servers)}"
        disks = f", up to {self.disk_gib} GiB of disks" if self.disk_gib else ""
        return f"{self.servers} {noun} with {_amount(self.ram_mib)} of RAM{disks}"

    def as_row(self, *, rank: int) -> dict[str, Any]:
        """Return it as JSON for a row, with its rank among the hosts of its cloud, from 1."""
        return {"rank": rank, "reason": self.reason, **asdict(self)}


def _amount(mib: int) -> str:
    return f"{mib} MiB" if mib < GIB else f"{mib / GIB:.0f} GiB"


def rank_hosts(reading: CloudReading) -> list[EvacuationCost]:
    """Return the cost of every host, the lowest first."""
    costs = [cost_of(reading.facts_of(service.host)) for service in reading.services]
    return sorted(costs, key=lambda cost: cost.effort)


def cost_of(facts: HostFacts) -> EvacuationCost:
    """Return what it takes to evacuate one host now."""
    plan = plan_of(facts)
    machine = facts.rooms[facts.host].machine if facts.host in facts.rooms else {}
    moving = _moving(plan, facts)
    return EvacuationCost(
        host=facts.host,
        servers=len(moving),
        ram_mib=sum(facts.needs[server["id"]].get(RAM_MIB, 0) for server in moving),
        disk_gib=sum(local_disk_gib(server) for server in moving),
        refused=sum(line.outcome == MoveOutcome.REFUSED for line in plan.lines),
        staying=len(plan.left),
        fits=_fits({server["id"] for server in moving}, facts),
        obstacles=[refusal.sentence for refusal in plan.refusals],
        vcpus_gained=machine.get(VCPU, 0),
        ram_gained_mib=machine.get(RAM_MIB, 0),
    )


def _moving(plan: EvacuationPlan, facts: HostFacts) -> list[Json]:
    """Return the servers that must leave, including those that are refused as they are."""
    staying = {line.server_id for line in plan.left}
    return [server for server in facts.servers if server["id"] not in staying]


def _fits(ids: set[str], facts: HostFacts) -> bool:
    return bool(facts.others) and not any(lacks_room(facts, ids))


def rows_of(reading: CloudReading) -> Mapping[str, Mapping[str, Any]]:
    """Return the stored form of each host's cost by the host's name."""
    ranked = enumerate(rank_hosts(reading), start=1)
    return {cost.host: cost.as_row(rank=rank) for rank, cost in ranked}
