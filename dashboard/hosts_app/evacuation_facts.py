"""What the plan of an evacuation is made from: one reading of a cloud."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from dashboard.clients.openstack import Cloud, Json
from dashboard.errors import NeedsOperator
from dashboard.hosts_app.nova import (
    ComputeService,
    compute_service,
    compute_services,
    host_of,
    migrations,
    servers_on,
)
from dashboard.hosts_app.room import RAM_MIB, VCPU, Resources, Room, rooms

VOLUME_BINARY = "cinder-volume"


@dataclass(frozen=True, kw_only=True)
class HostFacts:
    """A host, its servers, and the cloud around it.

    ``unconfirmed`` are the ids of servers that have been resized or migrated from or to the host
    without being confirmed. ``needs`` is by server, ``rooms`` by host; ``hosts_of_members`` tells
    where the members of ``groups`` are that are not on this host.
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

    @property
    def host(self) -> str:
        """The host's name."""
        return self.service.host

    @property
    def others(self) -> list[str]:
        """The other hosts that the scheduler may choose."""
        return [
            each.host for each in self.services if each.takes_servers and each.host != self.host
        ]

    @property
    def free(self) -> dict[str, Resources]:
        """The room that each of the other hosts has left, as far as it is known."""
        return {host: self.rooms[host].free for host in self.others if host in self.rooms}


def read_facts(cloud: Cloud, host: str) -> HostFacts:
    """Read all that a plan needs. Raises ``NotFound`` when the cloud has no such host."""
    service = compute_service(cloud, host)
    servers, room = servers_on(cloud, host), rooms(cloud)
    groups = _groups(cloud, {server["id"] for server in servers})
    return HostFacts(
        service=service,
        services=compute_services(cloud),
        servers=servers,
        unconfirmed=_unconfirmed(cloud, host),
        groups=groups,
        hosts_of_members=_hosts_of_members(cloud, groups),
        volume_services=_volume_services(cloud, host),
        needs=_needs(cloud, servers, room.get(host)),
        rooms=room,
    )


def _unconfirmed(cloud: Cloud, host: str) -> frozenset[str]:
    records = migrations(cloud, host=host, status="finished")
    return frozenset(
        record["instance_uuid"]
        for record in records
        if record.get("migration_type") in ("resize", "migration")
    )


def _groups(cloud: Cloud, server_ids: set[str]) -> list[Json]:
    """Give the server groups that have a member among the servers."""
    microversion = cloud.at_most("compute", "2.64")
    groups = cloud.list(
        "compute", "/os-server-groups", "server_groups", all_projects=1, microversion=microversion
    )
    return [group for group in groups if server_ids & set(group["members"])]


def policy_of(group: Json) -> str:
    """Give a server group's policy; until 2.64 it was a list of one."""
    return str(group.get("policy") or next(iter(group.get("policies", ())), ""))


def _hosts_of_members(cloud: Cloud, groups: Sequence[Json]) -> dict[str, str]:
    members = {member for group in groups for member in group["members"]}
    servers = {id_: cloud.find("compute", f"/servers/{id_}", "server") for id_ in members}
    return {id_: host_of(server) for id_, server in servers.items() if server}


def _volume_services(cloud: Cloud, host: str) -> list[str]:
    """Give the names of this host's volume services, as host@backend; [] without Cinder."""
    try:
        cloud.endpoint("block_storage")
    except NeedsOperator:
        return []
    services = cloud.list("block_storage", "/os-services", "services")
    return [
        each["host"]
        for each in services
        if each["binary"] == VOLUME_BINARY and each["host"].partition("@")[0] == host
    ]


def _needs(cloud: Cloud, servers: Sequence[Json], room: Room | None) -> dict[str, Resources]:
    """Give what each server takes: as placement says, else as its flavor does."""
    taken = room.taken_by if room else {}
    return {
        server["id"]: taken.get(server["id"]) or _flavor_needs(cloud, server["flavor"])
        for server in servers
    }


def _flavor_needs(cloud: Cloud, flavor: Json) -> Resources:
    if "vcpus" not in flavor:
        # one that was deleted since counts as nothing; the scheduler still decides
        flavor = cloud.find("compute", f"/flavors/{flavor['id']}", "flavor") or {}
    return {VCPU: flavor.get("vcpus", 0), RAM_MIB: flavor.get("ram", 0)}
