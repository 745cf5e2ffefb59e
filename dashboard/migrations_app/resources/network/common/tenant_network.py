"""What of a cloud's networking is a tenant's: questions that several resource types ask."""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader

Objects = list[Json]

DEFAULT_GROUP = "default"

INTERFACE_OWNERS = frozenset(
    {
        "network:router_interface",
        "network:router_interface_distributed",
        "network:ha_router_replicated_interface",
    }
)


def belongs_to_another(network: Json, reader: TenantReader) -> bool:
    """Return whether a network is only used by the tenant.

    An external network is never the tenant's to move, even when it belongs to its project.
    """
    return bool(network.get("router:external")) or network["project_id"] != reader.tenant.id


def network_ids_of_others(reader: TenantReader) -> set[str]:
    """Return the ids of the networks that the tenant uses and that are not its own."""
    return {network["id"] for network in reader.networks if belongs_to_another(network, reader)}


def own_subnets(reader: TenantReader) -> Objects:
    """Return all subnets of the tenant's own networks.

    An operator's subnet on a tenant's network belongs to the operator's project; the network lists
    it all the same.
    """
    own = [network for network in reader.networks if not belongs_to_another(network, reader)]
    wanted = {subnet_id for network in own for subnet_id in network["subnets"]}
    listed = [subnet for subnet in reader.subnets if subnet["id"] in wanted]
    missing = wanted - {subnet["id"] for subnet in listed}
    return listed + reader.matching("/subnets", "subnets", "id", missing)


def moves(port: Json) -> bool:
    """Return whether a port moves by itself: a server's, or one that nothing uses.

    Ports of other owners are made by what owns them: a router, DHCP, a load balancer.
    """
    owner = str(port["device_owner"])
    return owner == "" or owner.startswith("compute:")


def moving_ports(reader: TenantReader) -> Objects:
    """Return the ports that move."""
    return [port for port in reader.ports if moves(port)]
