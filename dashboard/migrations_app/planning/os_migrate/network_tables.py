"""Networks, subnets, routers and security groups."""

from collections.abc import Callable
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.table import Table
from dashboard.migrations_app.resources.records import Record

TIMES = {name: name for name in ("created_at", "updated_at", "revision_number", "project_id")}


def _network_more(record: Record, names: Names) -> Json:
    return {"is_default": None, "segments": None}


def _network_info(record: Record, _names: Names) -> Json:
    return {"subnet_ids": sorted(record.fields.get("subnets") or ())}


def _subnet_more(record: Record, _names: Names) -> Json:
    """Return the lists in os-migrate's order, by which it finds out whether one has changed."""
    fields = record.fields
    return {
        "allocation_pools": sorted(fields.get("allocation_pools") or (), key=_by("start", "end")),
        "dns_nameservers": sorted(fields.get("dns_nameservers") or ()),
        "host_routes": sorted(fields.get("host_routes") or (), key=_by("destination", "nexthop")),
        "segment_ref": None,
        "use_default_subnet_pool": None,
    }


def _by(*keys: str) -> Callable[[Json], list[str]]:
    return lambda each: [each[key] for key in keys]


def _subnet_info(_record: Record, _names: Names) -> Json:
    return {"prefix_length": None}


def _router_more(record: Record, names: Names) -> Json:
    gateway = record.fields.get("external_gateway_info")
    return {
        "external_gateway_refinfo": _gateway(gateway, names) if gateway else None,
        "flavor_ref": None,
    }


def _gateway(gateway: Json, names: Names) -> Json:
    return {"network_ref": names.reference("network", gateway["network_id"])}


def fixed_ips(addresses: Any, names: Names) -> list[Json]:
    """Return addresses with their subnets as references."""
    return [
        {
            "ip_address": each["ip_address"],
            "subnet_ref": names.reference("subnet", each["subnet_id"]),
        }
        for each in addresses
    ]


NETWORK = Table(
    type="network",
    kind="openstack.network.Network",
    file="networks.yml",
    params={
        "name": "name",
        "description": "description",
        "availability_zone_hints": "availability_zone_hints",
        "dns_domain": "dns_domain",
        "is_admin_state_up": "admin_state_up",
        "is_port_security_enabled": "port_security_enabled",
        "is_router_external": "router:external",
        "is_shared": "shared",
        "is_vlan_transparent": "vlan_transparent",
        "mtu": "mtu",
        "provider_network_type": "provider:network_type",
        "provider_physical_network": "provider:physical_network",
        "provider_segmentation_id": "provider:segmentation_id",
        "tags": "tags",
    },
    info={
        **TIMES,
        "id": "id",
        "status": "status",
        "availability_zones": "availability_zones",
        "qos_policy_id": "qos_policy_id",
    },
    references={"qos_policy_ref": ("qos_policy_id", "qos_policy")},
    more=_network_more,
    more_info=_network_info,
)
SUBNET = Table(
    type="subnet",
    kind="openstack.subnet.Subnet",
    file="subnets.yml",
    params={
        "name": "name",
        "description": "description",
        "allocation_pools": "allocation_pools",
        "cidr": "cidr",
        "dns_nameservers": "dns_nameservers",
        "gateway_ip": "gateway_ip",
        "host_routes": "host_routes",
        "ip_version": "ip_version",
        "ipv6_address_mode": "ipv6_address_mode",
        "ipv6_ra_mode": "ipv6_ra_mode",
        "is_dhcp_enabled": "enable_dhcp",
        "service_types": "service_types",
        "tags": "tags",
    },
    info={
        **TIMES,
        "id": "id",
        "network_id": "network_id",
        "segment_id": "segment_id",
        "subnet_pool_id": "subnetpool_id",
    },
    references={
        "network_ref": ("network_id", "network"),
        "subnet_pool_ref": ("subnetpool_id", "subnet_pool"),
    },
    more=_subnet_more,
    more_info=_subnet_info,
)
ROUTER = Table(
    type="router",
    kind="openstack.network.Router",
    file="routers.yml",
    params={
        "name": "name",
        "description": "description",
        "availability_zone_hints": "availability_zone_hints",
        "is_admin_state_up": "admin_state_up",
        "is_distributed": "distributed",
        "is_ha": "ha",
        "tags": "tags",
    },
    info={
        **TIMES,
        "id": "id",
        "status": "status",
        "availability_zones": "availability_zones",
        "external_gateway_info": "external_gateway_info",
        "flavor_id": "flavor_id",
        "routes": "routes",
    },
    more=_router_more,
)
SECURITY_GROUP = Table(
    type="security_group",
    kind="openstack.network.SecurityGroup",
    file="security_groups.yml",
    params={"name": "name", "description": "description"},
    info={**TIMES, "id": "id"},
    accepted={"tags": "tags"},
)
