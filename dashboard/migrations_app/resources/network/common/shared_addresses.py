"""Addresses on networks that belong to other projects: are they kept, and are they free?

On the tenant's own networks nothing can be in the way: they are created with it.
"""

from collections.abc import Iterable, Mapping
from ipaddress import ip_address, ip_network
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.tenant_network import is_of_nobody
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import BLOCK, Finding, Record

Wanted = tuple[str, str, Record]
"""The source's id of a network, an address or MAC in it, and what has that in the source."""
Checked = tuple[Record, Finding]

NEW_ADDRESS = "The plan takes new addresses on networks of other projects."
_FIX = "Free it there, or plan with addresses: new."


def keeps_addresses(options: Mapping[str, Any]) -> bool:
    """Return whether the plan keeps addresses on networks of other projects, or takes new ones."""
    return bool(options.get("addresses", "keep") == "keep")


def address_conflicts(
    wanted: Iterable[Wanted], source: TenantReader, destination: TenantReader
) -> Iterable[Checked]:
    """Block objects whose address the destination's network does not have or has given away."""
    if not keeps_addresses(source.options):
        return
    for network_id, records in _by_network(wanted).items():
        if there := destination_network_id(network_id, source, destination):
            yield from _outside(records, there, destination)
            yield from _taken(records, there, destination)


def mac_conflicts(
    wanted: Iterable[Wanted], source: TenantReader, destination: TenantReader
) -> Iterable[Checked]:
    """Block ports whose MAC is already in use on the destination's network."""
    for network_id, records in _by_network(wanted).items():
        there = destination_network_id(network_id, source, destination)
        ports = destination.matching("/ports", "ports", "mac_address", records)
        for port in ports:
            if port["network_id"] == there and not _is_ours(port, destination):
                sentence = f"The MAC {port['mac_address']} is in use by port {port['id']}"
                yield _block(records[port["mac_address"]], sentence, destination, "Delete it.")


def _by_network(wanted: Iterable[Wanted]) -> dict[str, dict[str, Record]]:
    grouped: dict[str, dict[str, Record]] = {}
    for network_id, address, record in wanted:
        grouped.setdefault(network_id, {})[address] = record
    return grouped


def destination_network_id(network_id: str, source: TenantReader, destination: TenantReader) -> str:
    """Return what a network is mapped to, else the only one of its name, else "".

    What is of nobody gets a network of its own, whatever names others have.
    """
    if id_ := destination.destination_ids.get(("network", network_id)):
        return id_
    others = [network for network in source.networks if not is_of_nobody(network)]
    names = {network["id"]: network["name"] for network in others}
    if network_id not in names:
        return ""
    found = destination.list("network", "/networks", "networks", name=names[network_id])
    return str(found[0]["id"]) if len(found) == 1 else ""


def _outside(
    records: Mapping[str, Record], network_id: str, destination: TenantReader
) -> Iterable[Checked]:
    subnets = destination.list("network", "/subnets", "subnets", network_id=network_id)
    cidrs = [ip_network(subnet["cidr"]) for subnet in subnets]
    gateways = {subnet["gateway_ip"] for subnet in subnets}
    for address, record in records.items():
        if address in gateways:
            sentence = f"The address {address} is the gateway of a subnet"
            yield _block(record, sentence, destination, _FIX)
        if not any(ip_address(address) in cidr for cidr in cidrs):
            sentence = f"The address {address} is in none of the network's subnets"
            yield _block(record, sentence, destination, "Map the network to another one.")


def _taken(
    records: Mapping[str, Record], network_id: str, destination: TenantReader
) -> Iterable[Checked]:
    filters = [f"ip_address={address}" for address in records]
    for port in destination.matching("/ports", "ports", "fixed_ips", filters):
        if port["network_id"] != network_id or _is_ours(port, destination):
            continue
        for address in {fixed["ip_address"] for fixed in port["fixed_ips"]} & records.keys():
            holder = f"{port['device_owner'] or 'port'} {port['device_id'] or port['id']}"
            sentence = f"The address {address} is taken by {holder}"
            yield _block(records[address], sentence, destination, _FIX)


def _is_ours(port: Json, destination: TenantReader) -> bool:
    """Return whether an earlier part of this move created the port, or what it belongs to."""
    ours = {*destination.destination_ids.values()}
    return port["id"] in ours or port["device_id"] in ours


def _block(record: Record, sentence: str, destination: TenantReader, fix: str) -> Checked:
    finding = Finding(
        severity=BLOCK, sentence=f"{sentence} on cloud {destination.cloud.name}.", fix=fix
    )
    return record, finding
