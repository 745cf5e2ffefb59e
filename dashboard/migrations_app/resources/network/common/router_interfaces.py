"""The interfaces of a router: ports, to the API, of which each has addresses in subnets."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

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


def unconnected_ports(work: Work, interfaces: Sequence[Json]) -> Iterable[str]:
    """Yield the ids of the ports that were made for interfaces and never connected."""
    for mine in of_each_port(interfaces):
        if not all(each["is_gateway"] for each in mine):
            yield from _left(work, mine)


def of_each_port(interfaces: Iterable[Json]) -> Iterable[list[Json]]:
    """Yield the interfaces of each port."""
    by_port = itemgetter("port_id")
    for _, mine in groupby(sorted(interfaces, key=by_port), by_port):
        yield [*mine]


def _port(work: Work, interfaces: Sequence[Json]) -> str:
    """Return the id of a port with the addresses, which a crash may have left unconnected."""
    body = {
        "network_id": work.destination_id_of("network", interfaces[0]["network_id"]),
        "project_id": work.project_id,
        "fixed_ips": [{"ip_address": each["ip_address"]} for each in interfaces],
        # of a port that is not a router's yet neutron would make a member of the default group,
        # which a rollback then could not delete before the router
        "security_groups": [],
    }
    if left := _left(work, interfaces) if work.resumed else ():
        return left[0]
    return str(work.destination.post("network", "/ports", {"port": body}, "port")["id"])


def _left(work: Work, interfaces: Sequence[Json]) -> list[str]:
    """Return the ids of the tenant's ports with these addresses that nothing uses."""
    addresses = [each["ip_address"] for each in interfaces]
    query = {
        "network_id": work.destination_id_of("network", interfaces[0]["network_id"]),
        "fixed_ips": f"ip_address={addresses[0]}",
    }
    return [
        port["id"]
        for port in work.destination.list("network", "/ports", "ports", **query)
        if port["project_id"] == work.project_id
        and not port["device_id"]
        and sorted(addresses_of(port)) == sorted(addresses)
    ]


def addresses_of(port: Json) -> list[str]:
    """Return the addresses of a port."""
    return [fixed["ip_address"] for fixed in port["fixed_ips"]]
