"""How much room hosts have and how much their servers take, by placement's resource classes."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from dashboard.clients.openstack import CloudSession, Json

Resources = Mapping[str, int]

VCPU, RAM_MIB, PCPU = "VCPU", "MEMORY_MB", "PCPU"
PINNED = "PINNED"
"""Our own class, for dedicated CPUs that placement does not count as PCPU."""
# The default allocation ratios of Nova before placement.
EARLY_RATIOS = {VCPU: 16.0, RAM_MIB: 1.5}


@dataclass(frozen=True, kw_only=True)
class Room:
    """The room of one host.

    ``taken_by`` is by consumer: servers, and migrations that are not confirmed yet. It is empty
    before Pike, where hosts only report sums. ``machine`` is what the host really has of vCPUs and
    RAM, while ``total`` is what Nova may allocate of it.
    """

    total: Resources
    used: Resources
    taken_by: Mapping[str, Resources] = field(default_factory=dict)
    machine: Resources = field(default_factory=dict)

    @property
    def free(self) -> dict[str, int]:
        """What is left, by resource class."""
        return {name: total - self.used.get(name, 0) for name, total in self.total.items()}


def rooms(cloud: CloudSession) -> dict[str, Room]:
    """Return the room of every compute host, by the name of its nova-compute.

    For a host with several hypervisors, as of bare metal, this is the first one's.
    """
    found: dict[str, Room] = {}
    for hypervisor in _hypervisors(cloud):
        host = hypervisor["service"]["host"]
        if host not in found:
            found[host] = _room(cloud, hypervisor)
    return found


def _hypervisors(cloud: CloudSession) -> Iterator[Json]:
    microversion = cloud.at_most("compute", "2.53")
    return cloud.list("compute", "/os-hypervisors/detail", "hypervisors", microversion=microversion)


def _room(cloud: CloudSession, hypervisor: Json) -> Room:
    machine = {VCPU: hypervisor["vcpus"], RAM_MIB: hypervisor["memory_mb"]}
    # Since 2.53 the id of a hypervisor is that of its provider in placement.
    if cloud.supports("compute", "2.53"):
        return replace(provider_room(cloud, hypervisor["id"]), machine=machine)
    return Room(
        machine=machine,
        total={
            VCPU: int(hypervisor["vcpus"] * EARLY_RATIOS[VCPU]),
            RAM_MIB: int(hypervisor["memory_mb"] * EARLY_RATIOS[RAM_MIB]),
        },
        used={VCPU: hypervisor["vcpus_used"], RAM_MIB: hypervisor["memory_mb_used"]},
    )


def provider_room(cloud: CloudSession, provider_id: str) -> Room:
    """Return the room of a host as placement counts it, in two calls.

    A host that placement does not know has none: the scheduler gives it nothing (LP#1817833).
    """
    path = f"/resource_providers/{provider_id}"
    inventories = cloud.find("placement", f"{path}/inventories", "inventories") or {}
    allocations = cloud.find("placement", f"{path}/allocations", "allocations") or {}
    taken_by = {consumer: taken["resources"] for consumer, taken in allocations.items()}
    return Room(
        total={name: _allocatable(inventory) for name, inventory in inventories.items()},
        used=sum_of(taken_by.values()),
        taken_by=taken_by,
    )


def sum_of(needs: Iterable[Resources]) -> dict[str, int]:
    """Return the sum of resources, by class."""
    total: Counter[str] = Counter()
    for need in needs:
        total.update(need)
    return dict(total)


def _allocatable(inventory: Json) -> int:
    return int((inventory["total"] - inventory["reserved"]) * inventory["allocation_ratio"])


def taken_on(cloud: CloudSession, host: str) -> Mapping[str, Resources]:
    """Return the allocations on one host in placement, by consumer; {} before Pike."""
    if not cloud.supports("compute", "2.53"):
        return {}
    ids = [each["id"] for each in _hypervisors(cloud) if each["service"]["host"] == host]
    return {
        consumer: resources
        for id_ in ids
        for consumer, resources in provider_room(cloud, id_).taken_by.items()
    }


def first_fit(needs: Mapping[str, Resources], free: Mapping[str, Resources]) -> list[str]:
    """Return the names of those needs that fit on no host, trying the largest first.

    Simple on purpose: the scheduler decides in the end, by more than numbers.
    """
    left = {host: dict(resources) for host, resources in free.items()}
    homeless = []
    for name in sorted(needs, key=lambda name: needs[name].get(RAM_MIB, 0), reverse=True):
        need = needs[name]
        host = next((host for host, has in left.items() if _fits(need, has)), None)
        if host is None:
            homeless.append(name)
            continue
        for resource, amount in need.items():
            left[host][resource] -= amount
    return homeless


def hosts_with_room(need: Resources, free: Mapping[str, Resources]) -> list[str]:
    """Return the hosts that could each take this need, if it were the only one."""
    return [host for host, has in free.items() if _fits(need, has)]


def _fits(need: Resources, has: Resources) -> bool:
    return all(has.get(resource, 0) >= amount for resource, amount in need.items())
