"""A router without what it refers to and what is left out of the move."""

from collections.abc import Sequence
from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.left_out import loss_of, without_ids
from dashboard.migrations_app.resources.network.common.further_gateways import (
    FURTHER,
    without_addresses,
)
from dashboard.migrations_app.resources.network.common.gateways import (
    GATEWAY,
    GATEWAY_QOS,
    gateway_addresses,
    near_routes,
)
from dashboard.migrations_app.resources.network.common.ndp_proxies import ENABLED, PROXIES
from dashboard.migrations_app.resources.network.common.shared_addresses import keeps_addresses
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import LeftOut, Loss, Record

GATEWAY_STAYS = "gateway_stays"
"""In a router's fields: the source's keeps its gateway, and the copy takes a new address."""


def reduced_router(
    record: Record, left_out: LeftOut, reader: TenantReader
) -> tuple[Record, Sequence[Loss]]:
    """Return a router without what is left out: interfaces, their routes, the gateway's network.

    What is left out behind it still needs the source's gateway, which keeps its address then.
    """
    record, losses = _without_interfaces(record, left_out)
    record, more = _without_outer_parts(record, left_out)
    record, policies = without_ids(record, {GATEWAY_QOS: "qos_policy"}, left_out)
    losses = [*losses, *more, *policies]
    gateway = record.fields[GATEWAY] or {}
    if called := left_out("network", gateway.get("network_id", "")):
        nothing: Json = {GATEWAY: None, GATEWAY_QOS: None, FURTHER: [], PROXIES: [], ENABLED: False}
        fields = {**record.fields, **nothing, "routes": near_routes(record.fields)}
        return replace(record, fields=fields), [*losses, loss_of(GATEWAY, [called])]
    needing = gateway and keeps_addresses(reader.options) and _needing(record, left_out, reader)
    if not needing:
        return record, losses
    further = without_addresses(record.fields.get(FURTHER, ()))
    gateway = {**gateway, "external_fixed_ips": []}
    fields = {**record.fields, GATEWAY: gateway, FURTHER: further, GATEWAY_STAYS: True}
    return replace(record, fields=fields), [*losses, _new_address(record, needing)]


def _without_outer_parts(record: Record, left_out: LeftOut) -> tuple[Record, list[Loss]]:
    """Return the router without further gateways and proxies whose network or port stays."""
    losses: list[Loss] = []
    for name, type_name in ((FURTHER, "network"), (PROXIES, "port")):
        parts = record.fields.get(name) or []
        gone = {
            each[f"{type_name}_id"]: left_out(type_name, each[f"{type_name}_id"]) for each in parts
        }
        if names := [called for called in gone.values() if called]:
            moved = [each for each in parts if not gone[each[f"{type_name}_id"]]]
            record = replace(record, fields={**record.fields, name: moved})
            losses.append(loss_of(name, names))
    return record, losses


def _without_interfaces(record: Record, left_out: LeftOut) -> tuple[Record, list[Loss]]:
    def called(interface: Json) -> str:
        in_network = left_out("network", interface["network_id"])
        return in_network or left_out("subnet", interface["subnet_id"])

    interfaces = record.fields["interfaces"]
    gone = [interface for interface in interfaces if called(interface)]
    if not gone:
        return record, []
    lost = near_routes({**record.fields, "interfaces": gone})
    fields = {
        **record.fields,
        "interfaces": [interface for interface in interfaces if interface not in gone],
        "routes": [route for route in record.fields["routes"] if route not in lost],
    }
    names = list(dict.fromkeys(called(interface) for interface in gone))
    losses = [loss_of("interfaces", names), *([loss_of("routes", names)] if lost else [])]
    return replace(record, fields=fields), losses


def _needing(record: Record, left_out: LeftOut, reader: TenantReader) -> str:
    """Return the first object that is left out and needs the source's router, "" for none."""
    subnets = {interface["subnet_id"] for interface in record.fields["interfaces"]}
    behind = {
        port["id"]
        for port in reader.ports
        if subnets & {fixed["subnet_id"] for fixed in port["fixed_ips"]}
    }
    for called, floating in left_out.of_type("floating_ip"):
        if floating.fields["router_id"] == record.id or floating.fields["port_id"] in behind:
            return called
    return next((name for name, port in left_out.of_type("port") if port.id in behind), "")


def _new_address(record: Record, needing: str) -> Loss:
    return Loss(
        field=GATEWAY,
        value=gateway_addresses(record.fields),
        reason=f"The source's router keeps it for {needing}, which is left out. The copy gets a "
        "new address.",
    )
