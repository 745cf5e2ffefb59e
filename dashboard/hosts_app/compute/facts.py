"""What hosts are planned from: one reading of a whole cloud, and one host's part of it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.compute.flavors import pinned_cpus, with_flavors
from dashboard.hosts_app.compute.nova import (
    ComputeService,
    all_servers,
    compute_services,
    host_of,
    migrations,
    service_of,
)
from dashboard.hosts_app.compute.room import (
    PCPU,
    PINNED,
    RAM_MIB,
    VCPU,
    Resources,
    Room,
    rooms,
)

VOLUME_BINARY = "cinder-volume"
TRAIN = "2.79"


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """A host, its servers, and the cloud around it.

    ``unconfirmed`` are the ids of servers with an unconfirmed resize or migration from or to the
    host. ``needs`` is by server, ``rooms`` by host; ``hosts_of_members`` has the host of each
    member of ``groups``. ``moves_numa_live`` is whether Nova can live-migrate servers that are
    tied to CPUs or NUMA nodes, as it can since Train.
    """

    service: ComputeService
    services: Sequence[ComputeService]
    servers: Sequence[Json]
    unconfirmed: frozenset[str] = frozenset()
    groups: Sequence[Json] = ()
    hosts_of_members: Mapping[str, str] = field(default_factory=dict)
    volume_services: Sequence[str] = ()
    needs: Mapping[str, Resources] = field(default_factory=dict)
    rooms: Mapping[str, Room] = field(default_factory=dict)
    moves_numa_live: bool = True

    @property
    def host(self) -> str:
        """The host's name."""
        return self.service.host

    @property
    def others(self) -> list[str]:
        """The other hosts that the scheduler can use."""
        return [
            each.host for each in self.services if each.takes_servers and each.host != self.host
        ]

    @property
    def free(self) -> dict[str, Resources]:
        """The room that is left on the other hosts, as far as it is known."""
        return {host: self.rooms[host].free for host in self.others if host in self.rooms}


@dataclass(frozen=True, kw_only=True)
class CloudReading:
    """All compute hosts of a cloud, and what is on them.

    ``unconfirmed`` and ``volume_services`` are by host, as in ``HostFacts``. The rooms count pinned
    CPUs even where placement does not.
    """

    name: str
    services: Sequence[ComputeService]
    servers: Sequence[Json]
    rooms: Mapping[str, Room]
    unconfirmed: Mapping[str, frozenset[str]] = field(default_factory=dict)
    groups: Sequence[Json] = ()
    volume_services: Mapping[str, Sequence[str]] = field(default_factory=dict)
    moves_numa_live: bool = True

    def servers_on(self, host: str) -> list[Json]:
        """Return the servers that Nova has on a host."""
        return [server for server in self.servers if host_of(server) == host]

    def facts_of(self, host: str) -> HostFacts:
        """Return the part about one host. Raises ``NotFound`` that lists all hosts."""
        service = service_of(self.services, host, cloud=self.name)
        servers = self.servers_on(host)
        groups = self._groups_of({server["id"] for server in servers})
        return HostFacts(
            service=service,
            services=self.services,
            servers=servers,
            unconfirmed=self.unconfirmed.get(host, frozenset()),
            groups=groups,
            hosts_of_members=self._hosts_of_members(groups),
            volume_services=self.volume_services.get(host, ()),
            needs=needs_of(servers, self.rooms.get(host)),
            rooms=self.rooms,
            moves_numa_live=self.moves_numa_live,
        )

    def _groups_of(self, server_ids: set[str]) -> list[Json]:
        return [group for group in self.groups if server_ids & set(group["members"])]

    def _hosts_of_members(self, groups: Iterable[Json]) -> dict[str, str]:
        members = {member for group in groups for member in group["members"]}
        return {server["id"]: host_of(server) for server in self.servers if server["id"] in members}


def read_facts(cloud: CloudSession, host: str) -> HostFacts:
    """Read what a plan needs. Raises ``NotFound`` if the cloud has no such host."""
    return read_cloud(cloud).facts_of(host)


def read_cloud(cloud: CloudSession) -> CloudReading:
    """Read all hosts of a cloud, with one call for each list and two to placement for each host."""
    servers = with_flavors(cloud, all_servers(cloud))
    return CloudReading(
        name=cloud.name,
        services=compute_services(cloud),
        servers=servers,
        rooms=with_pinned_cpus(rooms(cloud), servers),
        unconfirmed=_unconfirmed(cloud, servers),
        groups=_groups(cloud),
        volume_services=_volume_services(cloud),
        moves_numa_live=cloud.supports("compute", TRAIN),
    )


def with_pinned_cpus(found: Mapping[str, Room], servers: Iterable[Json]) -> dict[str, Room]:
    """Return the rooms with dedicated CPUs counted where placement does not, as before Train.

    A host has at most as many dedicated CPUs as it has CPUs.
    """
    taken: defaultdict[str, int] = defaultdict(int)
    for server in servers:
        taken[host_of(server)] += _uncounted_cpus(server, found.get(host_of(server)))
    if not any(taken.values()):
        return dict(found)
    return {
        host: replace(
            room,
            total={**room.total, PINNED: room.machine.get(VCPU, 0)},
            used={**room.used, PINNED: taken[host]},
        )
        for host, room in found.items()
    }


def needs_of(servers: Iterable[Json], room: Room | None) -> dict[str, Resources]:
    """Return what each server of a host takes, by placement, else by its flavor.

    A server whose flavor is unknown counts as nothing; the scheduler decides in the end.
    """
    needs: dict[str, Resources] = {}
    for server in servers:
        flavor, taken = server["flavor"], room.taken_by.get(server["id"]) if room else None
        need = taken or {VCPU: flavor.get("vcpus", 0), RAM_MIB: flavor.get("ram", 0)}
        pinned = _uncounted_cpus(server, room)
        needs[server["id"]] = {**need, PINNED: pinned} if pinned else need
    return needs


def _uncounted_cpus(server: Json, room: Room | None) -> int:
    counted = room is not None and PCPU in room.taken_by.get(server["id"], {})
    return 0 if counted else pinned_cpus(server["flavor"])


def _unconfirmed(cloud: CloudSession, servers: Iterable[Json]) -> dict[str, frozenset[str]]:
    """Return by host the servers that wait for somebody to confirm or revert their move.

    Nova keeps the record of one that was deleted meanwhile as it was (LP#1600304).
    """
    there = {server["id"] for server in servers}
    found: defaultdict[str, set[str]] = defaultdict(set)
    for record in migrations(cloud, status="finished"):
        is_resize = record.get("migration_type") in ("resize", "migration")
        if is_resize and record["instance_uuid"] in there:
            for host in (record["source_compute"], record["dest_compute"]):
                found[host].add(record["instance_uuid"])
    return {host: frozenset(ids) for host, ids in found.items()}


def _groups(cloud: CloudSession) -> list[Json]:
    microversion = cloud.at_most("compute", "2.64")
    return list(
        cloud.list(
            "compute",
            "/os-server-groups",
            "server_groups",
            all_projects=1,
            microversion=microversion,
        )
    )


def policy_of(group: Json) -> str:
    """Return a server group's policy; until 2.64 it was a list of one."""
    return str(group.get("policy") or next(iter(group.get("policies", ())), ""))


def _volume_services(cloud: CloudSession) -> dict[str, list[str]]:
    """Return the names of volume services, as host@backend, by host; {} without Cinder."""
    try:
        cloud.endpoint("block_storage")
    except NeedsOperator:
        return {}
    found: defaultdict[str, list[str]] = defaultdict(list)
    for service in cloud.list("block_storage", "/os-services", "services"):
        if service["binary"] == VOLUME_BINARY:
            found[service["host"].partition("@")[0]].append(service["host"])
    return dict(found)
