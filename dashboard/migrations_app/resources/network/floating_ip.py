"""Floating IPs: disassociated in the source before the destination uses the same address."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import ids_in
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.extensions import EXTENSIONS, aliases_of
from dashboard.migrations_app.resources.network.common.forwardings import (
    ELSEWHERE,
    FORWARDINGS,
    add_forwardings,
    by_destination,
    clear_forwardings,
    fitting,
    forwardings_in,
    internal_ports,
    led_to_copies,
    missing_extension,
)
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.nova_network import (
    LED_BY_PROJECT,
    of_disabled_project,
)
from dashboard.migrations_app.resources.network.common.pools_outside import beside_router
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    NEW_ADDRESS,
    address_conflicts,
    keeps_addresses,
)
from dashboard.migrations_app.resources.network.common.tenant_network import migratable_ports
from dashboard.migrations_app.resources.network.common.trunks import server_behind
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CUTOVER,
    WARN,
    Decision,
    Finding,
    FoundBy,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

_ADDRESS, _PORT_MOVES = "floating_ip_address", "port_moves"
_PORT = ("port_id", "fixed_ip_address")


class FloatingIp(NeutronResource):
    """A floating address, and the port that it leads to, or its port forwardings."""

    name = "floating_ip"
    plural = "floating IPs"
    outlives = ("server", "port")
    is_taken_back = True
    # the address, which is unique; where the plan takes new ones, a marker
    found_by = FoundBy.LEDGER
    extension = "router"
    collection = "floatingips"
    singular = "floatingip"
    needs = ("project", "network", "router", "port", "qos_policy")
    does_without = ("qos_policy",)
    copied = (
        *(_ADDRESS, "fixed_ip_address", "description", "dns_name", "dns_domain", "tags"),
        FORWARDINGS,
    )
    mapped = {
        "floating_network_id": "network",
        "port_id": "port",
        "qos_policy_id": "qos_policy",
    }
    extensions = {**EXTENSIONS, "qos_policy_id": ("qos-fip", None)}
    own = (
        *(*NEUTRON_OWN, _PORT_MOVES, LED_BY_PROJECT),
        *("router_id", "port_details", "qos_network_policy_id"),
    )
    lost = {
        ELSEWHERE: "The ports that they lead to, or the router between, are not migrated.",
    }
    halted_from = "create"
    # the address needs the gateway of its router
    returns_after = ("router",)
    stages = (
        Stage(name="disassociate", verb="Disassociate", phase=CUTOVER, on_source=True),
        Stage(name="create", verb="Create", phase=CUTOVER),
    )

    @property
    @override
    def label(self) -> str:
        return "floating IP"

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        migratable = {port["id"] for port in migratable_ports(reader)}
        for fields in reader.floating_ips:
            reached = set() if _by_anothers_router(fields, reader) else migratable
            moves = {_PORT_MOVES: fields["port_id"] in reached}
            fields = {**fields, **moves, **by_destination(fields, reached, reader)}
            yield replace(self.record(fields), name=fields[_ADDRESS])

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it: addresses cannot be chosen one by one."""
        if not choice:
            return super().decide(record, choice, reader)
        return Decision(
            problem=f"Floating IP {record.name} cannot be mapped to another one.",
            fix="Remove the mapping; plan with addresses: new if the addresses cannot be kept.",
        )

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the halted server for the source, the port and the gateway for the copy."""
        fields = record.fields
        led_to = [fields["port_id"], *internal_ports(record.fields)]
        ports = [port for port in migratable_ports(reader) if port["id"] in led_to]
        create = [Ref("project", reader.tenant.id), Ref("network", fields["floating_network_id"])]
        create += [Ref("qos_policy", id_) for id_ in ids_in(fields.get("qos_policy_id"))]
        if fields[_PORT_MOVES]:
            create += [Ref("port", fields["port_id"], "create")]
        create += [Ref("port", id_, "create") for id_ in internal_ports(record.fields)]
        if fields["router_id"]:
            create += [Ref("router", fields["router_id"], "attach_gateway")]
        servers = [server_behind(port, reader) for port in ports]
        return {
            "disassociate": [Ref("server", id_, "stop") for id_ in servers if id_],
            "create": create,
        }

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [ref for ref in self.requires(record, reader)["create"] if ref.type == "port"]

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the gateways of all routers for one that an earlier plan has disassociated.

        Neutron no longer tells which of them it needs.
        """
        if record.fields["router_id"]:
            return {}
        return {
            "create": [Ref("router", router["id"], "attach_gateway") for router in reader.routers]
        }

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        fields = record.fields
        if not keeps_addresses(reader.options):
            yield Loss(field=_ADDRESS, value=fields[_ADDRESS], reason=NEW_ADDRESS)
        if fields["port_id"] and not fields[_PORT_MOVES]:
            reason = "The port that it leads to is not migrated."
            if _by_anothers_router(fields, reader):
                reason = "The router by which it leads there belongs to another project."
            for name in _PORT:
                yield Loss(field=name, value=fields[name], reason=reason)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        yield from super().check(records, source, destination)
        for record in records:
            if record.fields["port_id"] and not record.fields[_PORT_MOVES]:
                yield record, _leads_nowhere(record, source)
            elif finding := beside_router(record, source, destination):
                yield record, finding
        addresses = ((r.fields["floating_network_id"], r.fields[_ADDRESS], r) for r in records)
        yield from address_conflicts(addresses, source, destination)
        if finding := of_disabled_project(records, source):
            yield None, finding

    def disassociate(self, work: Work) -> None:
        """Disassociate the address from its port in the source, after storing which one that is."""
        if not keeps_addresses(work.options):
            return
        self._take_forwardings(work)
        if not work.record.fields["port_id"]:
            return
        path = f"/floatingips/{work.record.id}"
        if not work.stage_data.get("port_id"):
            fields = work.source.get("network", path, self.singular)
            taken = {name: fields[name] for name in _PORT}
            work.save(**taken, **{_PORT_MOVES: work.record.fields[_PORT_MOVES]})
        work.source.put("network", path, {self.singular: {"port_id": None}})

    def _take_forwardings(self, work: Work) -> None:
        """Delete the forwardings in the source, after storing them."""
        if not work.record.fields[FORWARDINGS] and not work.record.fields[ELSEWHERE]:
            return
        if not work.stage_data.get(FORWARDINGS):
            floating = work.source.get("network", f"/floatingips/{work.record.id}", self.singular)
            found = forwardings_in(work.source, floating)
            work.save(**{FORWARDINGS: found, ELSEWHERE: work.record.fields[ELSEWHERE]})
        clear_forwardings(work.source, work.record.id)

    def undo_disassociate(self, work: Work) -> None:
        """Associate the address with its port in the source again, or forward its ports."""
        if forwardings := work.stage_data.get(FORWARDINGS):
            add_forwardings(work.source, work.record.id, forwardings)
            work.save(**{FORWARDINGS: []})
        if work.stage_data.get("port_id"):
            body = {name: work.stage_data[name] for name in _PORT}
            work.source.put("network", f"/floatingips/{work.record.id}", {self.singular: body})
            work.save(port_id=None)

    @override
    def is_taken(self, stage_data: Mapping[str, Any]) -> bool:
        return bool(stage_data.get("port_id") or stage_data.get(FORWARDINGS))

    @override
    def halt(self, work: Work) -> None:
        """Disassociate the copy, which then answers for the address no more."""
        if work.destination.find("network", f"/floatingips/{work.destination_id}"):
            clear_forwardings(work.destination, work.destination_id)
            self._put(work, {"port_id": None})

    @override
    def find(self, work: Work) -> str | None:
        """Look for the address, or for the marker if it is a new one."""
        if not _is_kept(work):
            return super().find(work)
        return self._first(work, floating_ip_address=work.record.fields[_ADDRESS])

    @override
    def is_marked(self, work: Work) -> bool:
        return not _is_kept(work)

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        found = work.destination.get("network", f"/floatingips/{id_}", self.singular)
        wanted = _port(work, self.original_state(work.record, work.stage_data)).get("port_id")
        return "" if found["port_id"] == wanted else "it leads to another port"

    @override
    def create(self, work: Work) -> str:
        return self._post(work, self.body(work)) if _is_kept(work) else super().create(work)

    @override
    def describe(self, work: Work) -> None:
        """Put the tenant's description in place of the marker, if there is one."""
        if not _is_kept(work):
            super().describe(work)

    @override
    def complete(self, work: Work) -> None:
        """Forward its ports, once it is there."""
        super().complete(work)
        original = self.original_state(work.record, work.stage_data)
        if original.fields.get(FORWARDINGS):
            copies = led_to_copies(original.fields, partial(work.destination_id_of, "port"))
            wanted = fitting(copies, aliases_of(work.destination))
            add_forwardings(work.destination, work.destination_id, wanted)

    @override
    def remove(self, work: Work) -> None:
        clear_forwardings(work.destination, work.destination_id)
        super().remove(work)

    @override
    def finalize(self, work: Work) -> None:
        """Delete it from the source, with the forwardings that it still has."""
        clear_forwardings(work.source, work.record.id)
        super().finalize(work)

    @override
    def completion(self, work: Work) -> Json:
        """Return also the port's address: a port may have several, and Neutron would choose."""
        original = self.original_state(work.record, work.stage_data)
        return {**super().completion(work), **_port(work, original)}

    @override
    def body(self, work: Work) -> Json:
        original = self.original_state(work.record, work.stage_data)
        body = super().body(work)
        body = {name: value for name, value in body.items() if name not in (*_PORT, FORWARDINGS)}
        if not _is_kept(work):
            del body[_ADDRESS]
        mapped = self.mapped_ids(work, "floating_network_id", "qos_policy_id")
        return {**body, **mapped, **_port(work, original)}

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return without_ids(record, {"qos_policy_id": "qos_policy"}, left_out)

    @override
    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        taken: Json = {}
        if stage_data.get("port_id"):
            taken |= {name: stage_data[name] for name in (*_PORT, _PORT_MOVES)}
        if forwardings := stage_data.get(FORWARDINGS):
            others = stage_data.get(ELSEWHERE) or ()
            taken[FORWARDINGS] = [each for each in forwardings if each not in others]
        return replace(record, fields={**record.fields, **taken})

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        return {**fields, FORWARDINGS: led_to_copies(fields, partial(translate, "port"))}

    @override
    def _lacking(self, record: Record, reader: TenantReader) -> dict[str, str]:
        missing = missing_extension(record.fields[FORWARDINGS], reader.extensions)
        return {**super()._lacking(record, reader), **({FORWARDINGS: missing} if missing else {})}


def _is_kept(work: Work) -> bool:
    return keeps_addresses(work.options)


def _port(work: Work, original: Record) -> Json:
    """Return the destination's port and its address, {} for a floating IP that leads nowhere."""
    port_id, address = (original.fields[name] for name in _PORT)
    if not port_id or not original.fields[_PORT_MOVES]:
        return {}
    return {"port_id": work.destination_id_of("port", port_id), "fixed_ip_address": address}


def _by_anothers_router(fields: Mapping[str, Any], reader: TenantReader) -> bool:
    """Return whether the address leads to its port by a router that does not move."""
    own = {router["id"] for router in reader.routers}
    return bool(fields["router_id"]) and fields["router_id"] not in own


def _leads_nowhere(record: Record, reader: TenantReader) -> Finding:
    owner = (record.fields.get("port_details") or {}).get("device_owner") or "something else"
    way = f"to a port of {owner}"
    if _by_anothers_router(record.fields, reader):
        way = f"to its port by router {record.fields['router_id']} of another project"
    return Finding(
        severity=WARN,
        sentence=f"Floating IP {record.name} leads {way}, which is not migrated: "
        "it is disassociated in the source, and the copy will lead nowhere.",
        fix="Associate it by hand after the move.",
    )
