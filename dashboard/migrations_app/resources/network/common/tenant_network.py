"""Which networks, subnets and ports of a cloud are a tenant's own."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.network.common.trunks import SUB_PORT_OWNER
from dashboard.migrations_app.resources.reader import TenantReader

DEFAULT_GROUP = "default"

INTERFACE_OWNERS = frozenset(
    {
        "network:router_interface",
        "network:router_interface_distributed",
        "network:ha_router_replicated_interface",
    }
)


def belongs_to_another(network: Json, reader: TenantReader) -> bool:
    """Return whether a network belongs to another project and is only used by the tenant.

    An external network counts as another's even when it belongs to the tenant's project.
    """
    return bool(network.get("router:external")) or network["project_id"] != reader.tenant.id


def is_of_nobody(network: Mapping[str, Any]) -> bool:
    """Return whether a network is of no project, as those of nova-network that all tenants use.

    The first tenant that moves makes its copy, which the others join.
    """
    return not network["project_id"] and not network.get("router:external")


def network_ids_of_others(reader: TenantReader) -> set[str]:
    """Return the ids of the networks of other projects that the tenant uses."""
    return {network["id"] for network in reader.networks if belongs_to_another(network, reader)}


def own_subnets(reader: TenantReader) -> list[Json]:
    """Return all subnets of the tenant's own networks, and of those that are nobody's.

    A subnet that an operator has made on a tenant's network belongs to the operator's project, but
    the network lists it.
    """
    own = [
        network
        for network in reader.networks
        if is_of_nobody(network) or not belongs_to_another(network, reader)
    ]
    wanted = {subnet_id for network in own for subnet_id in network["subnets"]}
    listed = [subnet for subnet in reader.subnets if subnet["id"] in wanted]
    missing = wanted - {subnet["id"] for subnet in listed}
    return listed + reader.matching("/subnets", "subnets", "id", missing)


def routers_of_others(reader: TenantReader) -> dict[str, list[str]]:
    """Return the ids of other projects' routers on the tenant's own subnets, by subnet."""
    own = {router["id"] for router in reader.routers}
    subnets = own_subnets(reader)
    ids = {subnet["id"] for subnet in subnets}
    networks = {subnet["network_id"] for subnet in subnets}
    found: dict[str, set[str]] = {}
    for port in reader.matching("/ports", "ports", "network_id", networks):
        if port["device_owner"] in INTERFACE_OWNERS and port["device_id"] not in own:
            for subnet_id in {fixed["subnet_id"] for fixed in port["fixed_ips"]} & ids:
                found.setdefault(subnet_id, set()).add(port["device_id"])
    return {subnet_id: sorted(routers) for subnet_id, routers in found.items()}


def routers_on(cloud: CloudSession, subnet_id: str) -> set[str]:
    """Return the ids of the routers that a subnet is connected to now."""
    ports = cloud.list("network", "/ports", "ports", fixed_ips=f"subnet_id={subnet_id}")
    return {port["device_id"] for port in ports if port["device_owner"] in INTERFACE_OWNERS}


def is_migratable(port: Json) -> bool:
    """Return whether a port is migrated as such: a server's, a trunk's, or one of nothing.

    Other ports are created by what owns them: a router, DHCP, a load balancer.
    """
    owner = str(port["device_owner"])
    return owner in ("", SUB_PORT_OWNER) or owner.startswith("compute:")


def migratable_ports(reader: TenantReader) -> list[Json]:
    """Return the tenant's ports that are migrated as such."""
    return [port for port in reader.ports if is_migratable(port)]
