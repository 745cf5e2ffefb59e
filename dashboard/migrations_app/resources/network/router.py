"""Routers: interfaces in the phase prepare, the gateway and its address in the cutover."""

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.marking import marked_description
from dashboard.migrations_app.resources.network.common.conntrack_helpers import (
    HELPERS,
    add_helpers,
    helpers_of,
)
from dashboard.migrations_app.resources.network.common.further_gateways import (
    FURTHER,
    comparable_further,
)
from dashboard.migrations_app.resources.network.common.gateway_losses import gateway_losses
from dashboard.migrations_app.resources.network.common.gateway_stages import (
    TAKEN,
    Gateways,
    give_back_gateways,
    give_up_gateways,
    networks_outside,
    outer_addresses,
    outer_parts,
    proxied_ports,
    put_down_gateways,
    take_gateways,
)
from dashboard.migrations_app.resources.network.common.gateways import (
    GATEWAY,
    GATEWAY_QOS,
    disassociate_from_ours,
    gateway_addresses,
    near_routes,
)
from dashboard.migrations_app.resources.network.common.ndp_proxies import (
    ENABLED,
    PROXIES,
    comparable_proxies,
)
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.reduced_router import (
    GATEWAY_STAYS,
    reduced_router,
)
from dashboard.migrations_app.resources.network.common.router_interfaces import (
    addresses_of,
    connections,
    of_each_port,
    unconnected_ports,
    with_interfaces,
)
from dashboard.migrations_app.resources.network.common.router_kinds import (
    KINDS,
    ROUTER_EXTENSIONS,
    kind_of,
)
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    address_conflicts,
    keeps_addresses,
)
from dashboard.migrations_app.resources.network.common.tenant_network import (
    INTERFACE_OWNERS,
)
from dashboard.migrations_app.resources.network.common.zones import (
    HINTS,
    wanted_zones,
    with_zones,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CUTOVER,
    Decision,
    Finding,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

_OF_CLOUD = ("availability_zones", "external_gateways", "service_type_id", GATEWAY_STAYS)


class Router(NeutronResource):
    """A Neutron router with its interfaces, static routes and external gateway."""

    name = "router"
    plural = "routers"
    # the hosts of nova-network are one router for all tenants of a network
    is_shareable = True
    extension = "router"
    collection = "routers"
    singular = "router"
    needs = ("project", "network", "subnet", "qos_policy")
    does_without = ("network", "subnet", "floating_ip", "port", "qos_policy")
    outlives = ("floating_ip",)
    copied = (
        *("name", "description", "admin_state_up", "interfaces", "routes", "tags", GATEWAY),
        *(*KINDS, HINTS, HELPERS, FURTHER, ENABLED, PROXIES),
    )
    mapped = {GATEWAY_QOS: "qos_policy"}
    extensions = ROUTER_EXTENSIONS
    own = (*NEUTRON_OWN, *_OF_CLOUD)
    lost = {
        "flavor_id": "It names a driver of its own cloud; the destination's default one serves it."
    }
    halted_from = "attach_gateway"
    stages = (
        Stage(name="create", verb="Create"),
        Stage(name="interfaces", verb="Connect"),
        Stage(name="detach_gateway", verb="Detach the gateway of", phase=CUTOVER, on_source=True),
        Stage(name="attach_gateway", verb="Attach the gateway of", phase=CUTOVER),
    )
    ready = "interfaces"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's routers, each with its ``interfaces``: ports, to the API."""
        return self._records(reader.routers, reader)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those with these ids, also those that another tenant has made."""
        return self._records(reader.matching("/routers", "routers", "id", ids), reader)

    def _records(self, routers: Sequence[Json], reader: TenantReader) -> Iterable[Record]:
        for router in with_interfaces(routers, reader):
            fields = {**router, HELPERS: helpers_of(router["id"], reader)}
            fields |= outer_parts(router, reader)
            yield self.record(fields, shared=not router["project_id"])

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it, in those of its zones that the destination has."""
        return with_zones(record, super().decide(record, choice, reader), reader)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return, beside subnets and networks, the floating IPs that need the source's gateway."""
        floating = [ip["id"] for ip in reader.floating_ips if ip["router_id"] == record.id]
        gateway, interfaces = record.fields[GATEWAY], record.fields["interfaces"]
        return {
            **super().requires(record, reader),
            "interfaces": [Ref("subnet", each["subnet_id"], "create") for each in interfaces],
            "detach_gateway": [Ref("floating_ip", id_, "disassociate") for id_ in floating],
            "attach_gateway": [*networks_outside(record), *proxied_ports(record)]
            if gateway
            else [],
        }

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("subnet", each["subnet_id"]) for each in record.fields["interfaces"]]

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return reduced_router(record, left_out, reader)

    @override
    def returned(self, record: Record) -> Collection[str]:
        return ("detach_gateway",) if record.fields.get(GATEWAY_STAYS) else ()

    @override
    def serves(self, record: Record, kept: Collection[tuple[str, str]]) -> bool:
        """Return whether its gateway stays, or a subnet that is connected to it."""
        interfaces = record.fields["interfaces"]
        is_connected = any(("subnet", each["subnet_id"]) in kept for each in interfaces)
        return is_connected or bool(record.fields.get(GATEWAY_STAYS))

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        yield from gateway_losses(record, reader)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        yield from super().check(records, source, destination)
        addresses = (
            (network_id, address, record)
            for record in records
            for network_id, address in outer_addresses(record)
        )
        yield from address_conflicts(addresses, source, destination)

    @override
    def create(self, work: Work) -> str:
        """Create it of the source's kind, or of the destination's where that is refused.

        A cloud may have the extensions for other kinds and no agents to serve them.
        """
        try:
            return super().create(work)
        except NeedsOperator as error:
            refused = [*kind_of(work)]
            if not refused:
                raise
            marked = {"description": marked_description(work)}
            id_ = self._post(work, {**_plain_body(work), **marked})
            for name in refused:
                work.lose(name, f"Neutron refused it: {error.sentence}")
            return id_

    @override
    def body(self, work: Work) -> Json:
        """Return the router alone; everything else has stages of its own."""
        return {**_plain_body(work), **kind_of(work)}

    @override
    def describe(self, work: Work) -> None:
        """Leave the marker to the stage ``interfaces``, which changes the router anyway."""

    def interfaces(self, work: Work) -> None:
        """Connect the router like the source's, then set the routes that need no gateway."""
        there = {address for port in self._ports(work) for address in addresses_of(port)}
        for mine in of_each_port(work.record.fields["interfaces"]):
            missing = [each for each in mine if each["ip_address"] not in there]
            for body in connections(work, missing):
                self._act(work, "add_router_interface", body)
        routes = near_routes(work.record.fields)
        self._put(work, {**self.completion(work), **({"routes": routes} if routes else {})})
        add_helpers(work)

    def undo_interfaces(self, work: Work) -> None:
        """Disconnect the router; what no route needs can go."""
        if work.record.fields["routes"]:
            self._put(work, {"routes": []})
        for port in self._ports(work, always=True):
            self._act(work, "remove_router_interface", {"port_id": port["id"]})
        for id_ in unconnected_ports(work, work.record.fields["interfaces"]):
            work.destination.delete("network", f"/ports/{id_}")

    def detach_gateway(self, work: Work) -> None:
        """Remove the gateways from the source's router, after storing them.

        They stay where something that is left out needs them.
        """
        if keeps_addresses(work.options) and not work.record.fields.get(GATEWAY_STAYS):
            give_up_gateways(work)

    @override
    def is_taken(self, stage_data: Mapping[str, Any]) -> bool:
        return bool(stage_data.get(GATEWAY))

    def undo_detach_gateway(self, work: Work) -> None:
        """Put the gateways back on the source's router, with their addresses unless the copy has
        them."""
        if work.stage_data.get(GATEWAY):
            give_back_gateways(work)

    def attach_gateway(self, work: Work) -> None:
        """Set the gateways on the destination, with the source's addresses if they are kept."""
        before = self.original_state(work.record, work.stage_data).fields
        if before[GATEWAY]:
            take_gateways(work, before)

    def undo_attach_gateway(self, work: Work) -> None:
        """Remove the gateways from the destination's router."""
        before = self.original_state(work.record, work.stage_data).fields
        if before[GATEWAY]:
            put_down_gateways(work, before)

    @override
    def halt(self, work: Work) -> None:
        """Detach the copy's gateway, unless floating IPs of others need it.

        It keeps its address then, and the source's gets another one.
        """
        if not work.destination.find("network", f"/routers/{work.destination_id}"):
            return
        disassociate_from_ours(work)
        try:
            self.undo_attach_gateway(work)
        except NeedsOperator as error:
            work.log(
                f"Router {work.record.name} keeps its gateway for now: {error.sentence}",
                level=logging.WARNING,
            )

    @override
    def finalize(self, work: Work) -> None:
        """Disconnect the source's router, then delete it."""
        path = f"/routers/{work.record.id}"
        if not work.source.find("network", path):
            return
        gateways = Gateways(cloud=work.source, router_id=work.record.id)
        gateways.remove({**gateways.read(), "routes": [], "interfaces": []})
        work.source.put("network", path, {"router": {"routes": []}})
        for interface in {each["port_id"] for each in work.record.fields["interfaces"]}:
            body = {"port_id": interface}
            work.source.put("network", f"{path}/remove_router_interface", body)
        super().finalize(work)

    def _ports(self, work: Work, *, always: bool = False) -> list[Json]:
        """Return the router's interfaces; unasked, there are none at the first attempt."""
        if not work.resumed and not always:
            return []
        device_id = work.destination_id
        found = work.destination.list("network", "/ports", "ports", device_id=device_id)
        return [port for port in found if port["device_owner"] in INTERFACE_OWNERS]

    def _act(self, work: Work, action: str, body: Json) -> None:
        work.destination.put("network", f"/routers/{work.destination_id}/{action}", body)

    @override
    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        if not stage_data.get(GATEWAY):
            return record
        taken = {name: stage_data[name] for name in TAKEN if name in stage_data}
        return replace(record, fields={**record.fields, **taken})

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return interfaces by cidr and address, and the gateway without ids of subnets."""
        gateway = fields[GATEWAY] or {}
        return {
            **fields,
            FURTHER: comparable_further(fields, translate),
            PROXIES: comparable_proxies(fields, translate),
            "interfaces": [
                f"{each['ip_address']} in {each['cidr']}" for each in fields["interfaces"]
            ],
            GATEWAY: gateway
            and {
                "network": translate("network", gateway["network_id"]),
                "enable_snat": gateway.get("enable_snat"),
                "addresses": gateway_addresses(fields),
            },
        }


def _plain_body(work: Work) -> Json:
    return {**only_set(work.record.fields, ("name", "admin_state_up")), **wanted_zones(work)}
