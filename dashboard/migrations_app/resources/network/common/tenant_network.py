"""Which networks, subnets and ports of a cloud are a tenant's own."""

from dashboard.clients.openstack import Json
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


def network_ids_of_others(reader: TenantReader) -> set[str]:
    """Return the ids of the networks of other projects that the tenant uses."""
    return {network["id"] for network in reader.networks if belongs_to_another(network, reader)}


def own_subnets(reader: TenantReader) -> list[Json]:
    """Return all subnets of the tenant's own networks.

    A subnet that an operator has made on a tenant's network belongs to the operator's project, but
    the network lists it.
    """
    own = [network for network in reader.networks if not belongs_to_another(network, reader)]
    wanted = {subnet_id for network in own for subnet_id in network["subnets"]}
    listed = [subnet for subnet in reader.subnets if subnet["id"] in wanted]
    missing = wanted - {subnet["id"] for subnet in listed}
    return listed + reader.matching("/subnets", "subnets", "id", missing)


def is_migratable(port: Json) -> bool:
    """Return whether a port is migrated as such: a server's, or one that nothing uses.

    Other ports are created by what owns them: a router, DHCP, a load balancer.
    """
    owner = str(port["device_owner"])
    return owner == "" or owner.startswith("compute:")


def migratable_ports(reader: TenantReader) -> list[Json]:
    """Return the tenant's ports that are migrated as such."""
    return [port for port in reader.ports if is_migratable(port)]
