"""The interfaces of a router: ports, to the API, of which each has addresses in subnets."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.tenant_network import (
    INTERFACE_OWNERS,
    own_subnets,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.work import Work


def with_interfaces(routers: Sequence[Json], reader: TenantReader) -> Iterable[Json]:
    """Yield the routers, each with its ``interfaces``."""
    found = reader.matching("/ports", "ports", "device_id", [router["id"] for router in routers])
    ports = [port for port in found if port["device_owner"] in INTERFACE_OWNERS]
    subnets = _subnets_of(reader, ports)
    own = {subnet["id"] for subnet in own_subnets(reader)}
    for router in routers:
        mine = [port for port in ports if port["device_id"] == router["id"]]
        yield {**router, "interfaces": [e for p in mine for e in _interfaces_of(p, subnets, own)]}


def _subnets_of(reader: TenantReader, ports: Iterable[Json]) -> dict[str, Json]:
    """Return the subnets of ports by id, those of other projects included."""
    own = {subnet["id"]: subnet for subnet in own_subnets(reader)}
    used = {fixed["subnet_id"] for port in ports for fixed in port["fixed_ips"]}
    others = reader.matching("/subnets", "subnets", "id", used - own.keys())
    return {**own, **{subnet["id"]: subnet for subnet in others}}


def _interfaces_of(port: Json, subnets: Mapping[str, Json], own: set[str]) -> Iterable[Json]:
    """Yield the interfaces that a port is: one for each of its addresses."""
    for fixed in port["fixed_ips"]:
        subnet = subnets[fixed["subnet_id"]]
        yield {
            "port_id": port["id"],
            "network_id": port["network_id"],
            "subnet_id": fixed["subnet_id"],
            "ip_address": fixed["ip_address"],
            "cidr": subnet["cidr"],
            # the address that Neutron chooses when only the subnet is named
            "is_gateway": subnet["id"] in own and fixed["ip_address"] == subnet["gateway_ip"],
        }


def connections(work: Work, interfaces: Sequence[Json]) -> Iterable[Json]:
    """Return what connects the interfaces of one port: their subnets, or a port with their
    addresses."""
    if all(each["is_gateway"] for each in interfaces):
        return [
            {"subnet_id": work.destination_id_of("subnet", each["subnet_id"])}
            for each in interfaces
        ]
    return [{"port_id": _port(work, interfaces)}]


def _port(work: Work, interfaces: Sequence[Json]) -> str:
    """Return the id of a port with the addresses, which a crash may have left unconnected."""
    network_id = work.destination_id_of("network", interfaces[0]["network_id"])
    addresses = [each["ip_address"] for each in interfaces]
    body = {
        "network_id": network_id,
        "project_id": work.project_id,
        "fixed_ips": [{"ip_address": address} for address in addresses],
    }
    query = {"network_id": network_id, "fixed_ips": f"ip_address={addresses[0]}"}
    found = work.destination.list("network", "/ports", "ports", **query) if work.resumed else ()
    left = [port for port in found if port["project_id"] == work.project_id]
    port = left[0] if left else work.destination.post("network", "/ports", {"port": body}, "port")
    return str(port["id"])


def addresses_of(port: Json) -> list[str]:
    """Return the addresses of a port."""
    return [fixed["ip_address"] for fixed in port["fixed_ips"]]
