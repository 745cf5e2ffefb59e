"""The external gateway of a router, and the routes that need it."""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.work import Work

GATEWAY = "external_gateway_info"
GATEWAY_QOS = "gateway_qos_policy_id"


def gateway_addresses(fields: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a router's gateway, in order."""
    gateway = fields[GATEWAY] or {}
    return sorted(fixed["ip_address"] for fixed in gateway.get("external_fixed_ips", ()))


def near_routes(fields: Mapping[str, Any]) -> list[Json]:
    """Return the routes through the router's interfaces: those that need no gateway."""
    cidrs = [ip_network(interface["cidr"]) for interface in fields["interfaces"]]
    return [
        route
        for route in fields["routes"]
        if any(ip_address(route["nexthop"]) in cidr for cidr in cidrs)
    ]


def with_gateway(fields: Mapping[str, Any], info: Json) -> Iterable[Json]:
    """Return the changes that set a gateway; Neutron refuses its routes in the same call."""
    yield {GATEWAY: {name: value for name, value in info.items() if value is not None}}
    if len(near_routes(fields)) < len(fields["routes"]):
        yield {"routes": fields["routes"]}


def without_gateway(fields: Mapping[str, Any]) -> Json:
    """Return the change that removes a gateway with its routes, which would keep it in use."""
    near = near_routes(fields)
    routes = {"routes": near} if len(near) < len(fields["routes"]) else {}
    return {GATEWAY: {}, **routes}


def disassociate_from_ours(work: Work) -> None:
    """Disassociate floating IPs of others from the plan's own ports, which will be removed.

    They need the gateway of the copy of the router that is the ``work``.
    """
    cloud, query = work.destination, {"router_id": work.destination_id}
    for floating in [*cloud.list("network", "/floatingips", "floatingips", **query)]:
        if floating["port_id"] and work.is_ours("port", floating["port_id"]):
            body = {"floatingip": {"port_id": None}}
            cloud.put("network", f"/floatingips/{floating['id']}", body)
