"""Further gateways of a router, beside that in ``external_gateway_info``; those of Neutron's
extension external-gateway-multihoming."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json

FURTHER, MULTIHOMING = "further_gateways", "external-gateway-multihoming"


def further_gateways(router: Mapping[str, Any]) -> list[Json]:
    """Return the gateways of a router but the first, which Neutron tells twice."""
    return list((router.get("external_gateways") or ())[1:])


def further_addresses(fields: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return the networks and addresses of a router's further gateways."""
    return [
        (gateway["network_id"], address)
        for gateway in fields.get(FURTHER, ())
        for address in addresses_in(gateway)
    ]


def addresses_in(gateway: Mapping[str, Any]) -> list[str]:
    """Return the addresses of a gateway, in order."""
    return sorted(fixed["ip_address"] for fixed in gateway.get("external_fixed_ips", ()))


def without_addresses(gateways: Iterable[Json]) -> list[Json]:
    """Return the gateways with only their networks: Neutron chooses the addresses."""
    return [{"network_id": gateway["network_id"]} for gateway in gateways]


def comparable_further(
    fields: Mapping[str, Any], translate: Callable[[str, str], str]
) -> list[Json]:
    """Return the further gateways without the ids of subnets."""
    return [
        {
            "network": translate("network", gateway["network_id"]),
            "addresses": addresses_in(gateway),
        }
        for gateway in fields.get(FURTHER, ())
    ]


def add_further(cloud: CloudSession, router_id: str, wanted: Iterable[Json]) -> None:
    """Add further gateways, one at a time in their order; those that are there are not repeated."""
    path = f"/routers/{router_id}"
    there = further_gateways(cloud.get("network", path, "router"))
    for gateway in [*wanted][len(there) :]:
        body = {"router": {"external_gateways": [gateway]}}
        cloud.put("network", f"{path}/add_external_gateways", body)


def remove_further(cloud: CloudSession, router_id: str) -> None:
    """Remove the further gateways, which no route may need; nothing happens without any."""
    path = f"/routers/{router_id}"
    if there := further_gateways(cloud.get("network", path, "router")):
        body = {"router": {"external_gateways": there}}
        cloud.put("network", f"{path}/remove_external_gateways", body)
