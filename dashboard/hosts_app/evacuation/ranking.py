"""Which host to free next: the one whose servers are the least trouble to move.

Pure decisions about one reading of a cloud: nothing here asks it.
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
    """What it takes to free a host, and what is gained by it.

    ``servers``, ``ram_mib`` and ``disk_gib`` must move; of the disks, which are those that are no
    volumes, nothing is copied where hosts share storage. ``refused`` servers cannot be moved as
    they are, ``staying`` ones are left by their owners' choice. ``fits`` is whether the other hosts
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
        """What hosts are ranked by, the least first; of equal ones the larger machine goes first.

        Anything in the way weighs most; then the bytes that must be copied before servers.
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
        """Return in a few words what stands in the way, or else what must move."""
        if self.obstacles:
            more = f" ({len(self.obstacles) - 1} more)" if len(self.obstacles) > 1 else ""
            return self.obstacles[0] + more
        if not self.servers:
            return f"{self.staying} stay by choice" if self.staying else "has no servers"
        noun = f"server{pluralize(self.servers)}"
        disks = f", up to {self.disk_gib} GiB of disks" if self.disk_gib else ""
        return f"{self.servers} {noun} with {_amount(self.ram_mib)} of RAM{disks}"

    def as_row(self, *, rank: int) -> dict[str, Any]:
        """Return it as what a row keeps, with its place among the hosts of its cloud from 1 on."""
        return {"rank": rank, "reason": self.reason, **asdict(self)}


def _amount(mib: int) -> str:
    return f"{mib} MiB" if mib < GIB else f"{mib / GIB:.0f} GiB"


def rank_hosts(reading: CloudReading) -> list[EvacuationCost]:
    """Return the cost of every host, the one to free next first."""
    costs = [cost_of(reading.facts_of(service.host)) for service in reading.services]
    return sorted(costs, key=lambda cost: cost.effort)


def cost_of(facts: HostFacts) -> EvacuationCost:
    """Return what it takes to free one host now."""
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
    """Return the servers that must leave, also those for which something must be done first."""
    staying = {line.server_id for line in plan.left}
    return [server for server in facts.servers if server["id"] not in staying]


def _fits(ids: set[str], facts: HostFacts) -> bool:
    return bool(facts.others) and not any(lacks_room(facts, ids))


def rows_of(reading: CloudReading) -> Mapping[str, Mapping[str, Any]]:
    """Return what the row of each host keeps of its cost, by the host's name."""
    ranked = enumerate(rank_hosts(reading), start=1)
    return {cost.host: cost.as_row(rank=rank) for rank, cost in ranked}
