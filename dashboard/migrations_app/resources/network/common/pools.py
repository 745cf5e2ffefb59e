"""Which subnet pools a tenant has or uses, and whether there is room in those of others.

Neutron answers 500 to a subnet that its pool has no room for: nothing but a look beforehand tells
that no retry helps.
"""

from collections.abc import Iterable, Sequence
from ipaddress import IPv4Network, IPv6Network, ip_network

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.tenant_network import own_subnets
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record

DELEGATED = "prefix_delegation"
"""In place of a pool's id: the subnet's prefix comes from a router outside the cloud."""


def own_pools(reader: TenantReader) -> list[Json]:
    """Return the tenant's own subnet pools; none where Neutron has no pools, as before Kilo."""
    return reader.owned("/subnetpools", "subnetpools") if _has_pools(reader) else []


def pools_of_others(reader: TenantReader) -> list[Json]:
    """Return the pools of other projects of which the tenant's subnets are."""
    if not _has_pools(reader):
        return []
    used = {str(subnet.get("subnetpool_id") or DELEGATED) for subnet in own_subnets(reader)}
    used -= {DELEGATED, *(pool["id"] for pool in own_pools(reader))}
    return reader.matching("/subnetpools", "subnetpools", "id", used)


def _has_pools(reader: TenantReader) -> bool:
    return "subnet_allocation" in reader.extensions


def pool_conflicts(
    records: Sequence[Record], destination: TenantReader
) -> Iterable[tuple[Record, Finding]]:
    """Block subnets that are not in the pool that theirs is mapped to, or are taken in it."""
    for record in records:
        pool_id = record.fields.get("subnetpool_id")
        there = destination.destination_ids.get(("subnet_pool", pool_id or ""))
        if there and (problem := _problem(record.fields["cidr"], there, destination)):
            sentence = f"Subnet {record.title} cannot be of subnet pool {there}: {problem}."
            fix = "Map the pool to another one, or leave it out: its subnets keep their prefixes."
            yield record, Finding(severity=BLOCK, sentence=sentence, fix=fix)


def _problem(cidr: str, pool_id: str, destination: TenantReader) -> str:
    wanted = ip_network(cidr)
    for pool in destination.matching("/subnetpools", "subnetpools", "id", [pool_id]):
        prefixes = [ip_network(prefix) for prefix in pool["prefixes"]]
        if not any(_is_within(wanted, prefix) for prefix in prefixes):
            return f"it has no prefix with {cidr}"
    taken = destination.list("network", "/subnets", "subnets", subnetpool_id=pool_id)
    ours = {*destination.destination_ids.values()}
    for subnet in taken:
        if subnet["id"] not in ours and wanted.overlaps(ip_network(subnet["cidr"])):
            return f"its subnet {subnet['id']} of project {subnet['project_id']} has {cidr}"
    return ""


def _is_within(wanted: IPv4Network | IPv6Network, prefix: IPv4Network | IPv6Network) -> bool:
    return wanted.version == prefix.version and prefix.supernet_of(wanted)  # type: ignore[arg-type]
