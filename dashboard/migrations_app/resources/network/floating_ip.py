"""Floating IPs: the source gives the address away before the destination takes the same one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.neutron import (
    NEUTRON_OWN,
    NeutronResource,
    keeps_addresses,
)
from dashboard.migrations_app.resources.network.common.shared_addresses import address_conflicts
from dashboard.migrations_app.resources.network.common.tenant_network import moving_ports
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    CUTOVER,
    WARN,
    Decision,
    Finding,
    FoundBy,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

_ADDRESS, _MOVES = "floating_ip_address", "port_moves"
_PORT = ("port_id", "fixed_ip_address")


class FloatingIp(NeutronResource):
    """A floating address, and the port that it leads to."""

    name = "floating_ip"
    plural = "floating IPs"
    # the address; a new one has a marker
    found_by = FoundBy.LEDGER
    collection = "floatingips"
    singular = "floatingip"
    needs = ("project", "network", "router", "port")
    copied = (_ADDRESS, "fixed_ip_address", "description", "dns_name", "dns_domain")
    mapped = {"floating_network_id": "network", "port_id": "port"}
    own = (*NEUTRON_OWN, _MOVES, "router_id", "port_details", "qos_network_policy_id")
    lost = {
        "port_forwardings": "Port forwardings are not carried.",
        "qos_policy_id": "QoS policies are not carried.",
        "tags": "Tags of floating IPs are not carried.",
    }
    stages = (
        Stage(name="disassociate", verb="Disassociate", phase=CUTOVER),
        Stage(name="create", verb="Create", phase=CUTOVER),
    )

    @property
    def label(self) -> str:
        """Its name for people."""
        return "floating IP"

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's floating IPs; they go by their address."""
        moving = {port["id"] for port in moving_ports(reader)}
        for fields in reader.floating_ips:
            fields = {**fields, _MOVES: fields["port_id"] in moving}
            yield replace(self.record(fields), name=fields[_ADDRESS])

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it; which address it has is not a matter of choice for each of them."""
        if not choice:
            return Decision()
        return Decision(
            problem=f"Floating IP {record.name} cannot be mapped to another one.",
            fix="Remove the mapping; plan with addresses: new where the addresses cannot be kept.",
        )

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Its server is silent before the address goes; port and gateway are there to take it."""
        fields = record.fields
        servers = [p["device_id"] for p in moving_ports(reader) if p["id"] == fields["port_id"]]
        create = [Ref("project", reader.tenant.id), Ref("network", fields["floating_network_id"])]
        if fields[_MOVES]:
            create += [Ref("port", fields["port_id"], "create")]
        if fields["router_id"]:
            create += [Ref("router", fields["router_id"], "attach_gateway")]
        return {
            "disassociate": [
                Ref("server", server_id, "stop") for server_id in servers if server_id
            ],
            "create": create,
        }

    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """What an earlier plan has released no longer tells its router: it may be any of them."""
        if record.fields["router_id"]:
            return {}
        return {
            "create": [Ref("router", router["id"], "attach_gateway") for router in reader.routers]
        }

    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Also the address, where the plan gives a new one, and a port that does not move."""
        yield from super().losses(record, reader)
        fields = record.fields
        if not keeps_addresses(reader.options):
            reason = "The plan takes new addresses on networks of others."
            yield Loss(field=_ADDRESS, value=fields[_ADDRESS], reason=reason)
        if fields["port_id"] and not fields[_MOVES]:
            reason = "The port that it leads to is not carried."
            for name in _PORT:
                yield Loss(field=name, value=fields[name], reason=reason)

    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Look whether the addresses are free, and warn of those that will lead nowhere."""
        yield from super().check(records, source, destination)
        wanted: dict[str, dict[str, Record]] = {}
        for record in records:
            network_id = record.fields["floating_network_id"]
            wanted.setdefault(network_id, {})[record.fields[_ADDRESS]] = record
            if record.fields["port_id"] and not record.fields[_MOVES]:
                yield record, _leads_nowhere(record)
        yield from address_conflicts(wanted, source, destination)

    def disassociate(self, work: Work) -> None:
        """Take the address from its port in the source, after remembering which one it is."""
        if not work.record.fields["port_id"] or not keeps_addresses(work.options):
            return
        path = f"/floatingips/{work.record.id}"
        if not work.stage_data.get("port_id"):
            fields = work.source.get("network", path, self.singular)
            taken = {name: fields[name] for name in _PORT}
            work.save(**taken, **{_MOVES: work.record.fields[_MOVES]})
        work.source.put("network", path, {self.singular: {"port_id": None}})

    def undo_disassociate(self, work: Work) -> None:
        """Return the address back to its port in the source."""
        if work.stage_data.get("port_id"):
            body = {name: work.stage_data[name] for name in _PORT}
            work.source.put("network", f"/floatingips/{work.record.id}", {self.singular: body})
            work.save(port_id=None)

    def find(self, work: Work) -> str | None:
        """An address is unique; a new one is found by the marker."""
        if not keeps_addresses(work.options):
            return super().find(work)
        return self._first(work, floating_ip_address=work.record.fields[_ADDRESS])

    def create(self, work: Work) -> str:
        """Create it leading to its port; found by its address, it needs no marker."""
        return self._post(work, self.body(work)) if _is_kept(work) else super().create(work)

    def complete(self, work: Work) -> None:
        """Put the tenant's description in place of the marker, where there is one."""
        if not _is_kept(work):
            super().complete(work)

    def completion(self, work: Work) -> Json:
        """Also the port: without it, neutron would choose among several addresses of a port."""
        return {
            **super().completion(work),
            **_port(work, self.original_state(work.record, work.stage_data)),
        }

    def body(self, work: Work) -> Json:
        """The address only where it is kept; the port as it was when it was released."""
        before = self.original_state(work.record, work.stage_data)
        body = {name: value for name, value in super().body(work).items() if name not in _PORT}
        if not _is_kept(work):
            del body[_ADDRESS]
        network_id = work.destination_id_of("network", before.fields["floating_network_id"])
        return {**body, "floating_network_id": network_id, **_port(work, before)}

    def original_state(self, record: Record, stage_data: Mapping[str, Any]) -> Record:
        """Return the floating IP with the port that it was taken from."""
        if not stage_data.get("port_id"):
            return record
        taken = {name: stage_data[name] for name in (*_PORT, _MOVES)}
        return replace(record, fields={**record.fields, **taken})


def _is_kept(work: Work) -> bool:
    return keeps_addresses(work.options)


def _port(work: Work, before: Record) -> Json:
    """Return the destination's port for a floating IP, nothing where it leads to none."""
    port_id, address = (before.fields[name] for name in _PORT)
    if not port_id or not before.fields[_MOVES]:
        return {}
    return {"port_id": work.destination_id_of("port", port_id), "fixed_ip_address": address}


def _leads_nowhere(record: Record) -> Finding:
    owner = (record.fields.get("port_details") or {}).get("device_owner") or "something else"
    return Finding(
        severity=WARN,
        sentence=f"Floating IP {record.name} leads to a port of {owner}, which is not carried: "
        "the source loses it, and on the destination it will lead nowhere.",
        fix="Leave it out of the move, or connect it by hand afterwards.",
    )
