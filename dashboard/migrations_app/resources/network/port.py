"""Ports: the same MAC and addresses, so that guests find their network as it was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import ids_in
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.extensions import EXTENSIONS
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.nova_network import OF_PORTS, losses_of_port
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    NEW_ADDRESS,
    address_conflicts,
    keeps_addresses,
    mac_conflicts,
)
from dashboard.migrations_app.resources.network.common.sharing import policies_of
from dashboard.migrations_app.resources.network.common.tenant_network import (
    DEFAULT_GROUP,
    is_migratable,
    migratable_ports,
    network_ids_of_others,
)
from dashboard.migrations_app.resources.network.common.trunks import (
    SUB_PORT_OWNER,
    trunks_with,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    WARN,
    Finding,
    FoundBy,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_ON_SHARED = "on_foreign_network"
_FLAGS = ("mac_learning_enabled", "trusted")
_BINDING = "The destination binds the port to a host of its own."


class Port(NeutronResource):
    """A port of a server, or of nothing. Ports of routers, DHCP and the like come with these."""

    name = "port"
    plural = "ports"
    # the MAC, which is unique within a network
    found_by = FoundBy.LEDGER
    collection = "ports"
    singular = "port"
    needs = ("project", "network", "subnet", "security_group", "qos_policy", "rbac_policy")
    does_without = ("security_group", "qos_policy")
    is_taken_back = True
    copied = (
        "name",
        "description",
        "mac_address",
        "fixed_ips",
        "admin_state_up",
        "port_security_enabled",
        "allowed_address_pairs",
        "extra_dhcp_opts",
        "binding:vnic_type",
        "dns_name",
        "dns_domain",
        "numa_affinity_policy",
        "propagate_uplink_status",
        "hints",
        "hardware_offload_type",
        *_FLAGS,
        "tags",
    )
    extensions = {**EXTENSIONS, "dns_domain": ("dns-domain-ports", None)}
    mapped = {
        "network_id": "network",
        "security_groups": "security_group",
        "qos_policy_id": "qos_policy",
    }
    own = (
        *NEUTRON_OWN,
        *OF_PORTS,
        _ON_SHARED,
        "device_id",
        "device_owner",
        "binding:host_id",
        "binding:vif_type",
        "binding:vif_details",
        "dns_assignment",
        "ip_allocation",
        "data_plane_status",
        "qos_network_policy_id",
        "resource_request",
        "trunk_details",
    )
    lost = {
        "binding:profile": _BINDING,
        "device_profile": "Its profile is Cyborg's, which is not migrated; with one that the "
        "destination does not know, the server would not boot.",
    }

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        others = network_ids_of_others(reader)
        for port in migratable_ports(reader):
            yield self.record({**port, _ON_SHARED: port["network_id"] in others})

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the project, the network, its subnets and the security groups.

        The default group is required even if the port does not have it: Neutron creates it whenever
        a port is changed, as when its server is deleted, so a rollback must remove the group later.
        """
        fields = record.fields
        own = reader.owned("/security-groups", "security_groups")
        groups = {group["id"] for group in own if group["name"] == DEFAULT_GROUP}
        subnets = sorted({fixed["subnet_id"] for fixed in fields["fixed_ips"]})
        refs = [
            Ref("project", reader.tenant.id),
            Ref("network", fields["network_id"], "create"),
            *(Ref("subnet", subnet_id, "create") for subnet_id in subnets),
            *(
                Ref("security_group", id_, "create")
                for id_ in sorted(groups | {*fields["security_groups"]})
            ),
        ]
        policy = [Ref("qos_policy", id_) for id_ in ids_in(fields.get("qos_policy_id"))]
        return {"create": [*refs, *policy]}

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return the grants of its network: Neutron keeps them as long as the port is there."""
        grants = (
            Ref("rbac_policy", policy["id"])
            for policy in policies_of(reader)
            if policy["object_id"] == record.fields["network_id"]
        )
        return {"create": [*grants]}

    @override
    def depends_on(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        """Return also the server or trunk that has the port, and keeps it where it stays."""
        yield from super().depends_on(record, reader)
        yield from (Ref("trunk", trunk["id"]) for trunk in trunks_with(record.id, reader))
        yield Ref("server", record.fields["device_id"])

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        named = ("security_groups", "qos_policy_id")
        return without_ids(record, {name: self.mapped[name] for name in named}, left_out)

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        yield from super().losses(record, reader)
        yield from losses_of_port(record.fields)
        if record.fields[_ON_SHARED] and not keeps_addresses(reader.options):
            yield Loss(field="fixed_ips", value=_addresses(record.fields), reason=NEW_ADDRESS)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        yield from super().check(records, source, destination)
        on_shared = [
            (record.fields["network_id"], record) for record in records if record.fields[_ON_SHARED]
        ]
        addresses = ((id_, address, r) for id_, r in on_shared for address in _addresses(r.fields))
        macs = ((id_, r.fields["mac_address"], r) for id_, r in on_shared)
        yield from address_conflicts(addresses, source, destination)
        yield from mac_conflicts(macs, source, destination)
        for record in records:
            if record.fields["device_owner"] == SUB_PORT_OWNER and not trunks_with(
                record.id, source
            ):
                yield record, _carried_by_others(record)
        for port in source.ports:
            if not is_migratable(port) and not port["device_owner"].startswith("network:"):
                yield None, _stays(port)

    @override
    def find(self, work: Work) -> str | None:
        fields = work.record.fields
        network_id = work.destination_id_of("network", fields["network_id"])
        return self._first(work, network_id=network_id, mac_address=fields["mac_address"])

    @override
    def obstacle_to_adopting(self, work: Work, id_: str) -> str:
        """Return also that something uses the port."""
        found = work.destination.get("network", f"/ports/{id_}", self.singular)
        if found["device_id"]:
            return f"it has the same MAC and belongs to {found['device_owner'] or 'something'}"
        kept = not work.record.fields[_ON_SHARED] or keeps_addresses(work.options)
        if kept and _addresses(found) != _addresses(work.record.fields):
            return "it has the same MAC and other addresses"
        return ""

    @override
    def create(self, work: Work) -> str:
        return self._post(work, self.body(work))

    @override
    def describe(self, work: Work) -> None:
        """Do nothing: the port is created in one call, without a marker."""

    @override
    def finalize(self, work: Work) -> None:
        """Delete the port, unless a server uses it that the plan has not read."""
        port = work.source.find("network", f"/ports/{work.record.id}", self.singular)
        if port and _has_another_server(port, work.record):
            raise NeedsOperator(
                f"Port {port['name'] or port['id']} is in use by server {port['device_id']} of "
                "the source, which does not belong to the plan.",
                fix="Detach it from that server, or plan, execute and verify again.",
            )
        super().finalize(work)

    @override
    def body(self, work: Work) -> Json:
        """Return also the groups, even if there are none: Neutron would take the default one."""
        fields = work.record.fields
        body = {**super().body(work), **self.mapped_ids(work, "network_id", "qos_policy_id")}
        body["security_groups"] = [
            work.destination_id_of("security_group", id_) for id_ in fields["security_groups"]
        ]
        body.pop("fixed_ips", None)
        if not fields[_ON_SHARED] or keeps_addresses(work.options):
            body["fixed_ips"] = [*_fixed_ips(work)]
        return body

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return the addresses without the ids of their subnets, and unset flags as false."""
        flags = {name: bool(fields[name]) for name in _FLAGS if name in fields}
        return {**fields, **flags, "fixed_ips": _addresses(fields)}


def _has_another_server(port: Json, planned: Record) -> bool:
    is_used = str(port["device_owner"]).startswith("compute:")
    return is_used and port["device_id"] != planned.fields["device_id"]


def _addresses(fields: Mapping[str, Any]) -> list[str]:
    return sorted(fixed["ip_address"] for fixed in fields["fixed_ips"])


def _fixed_ips(work: Work) -> Iterable[Json]:
    """Return what to ask for to get the same addresses.

    Neutron derives some addresses from the MAC (SLAAC) and refuses to be told them. There the
    subnet is enough, and on networks of other projects they come unasked.
    """
    fields = work.record.fields
    for fixed in fields["fixed_ips"]:
        if not _is_made_from(fields["mac_address"], fixed["ip_address"]):
            yield {"ip_address": fixed["ip_address"]}
        elif not fields[_ON_SHARED]:
            yield {"subnet_id": work.destination_id_of("subnet", fixed["subnet_id"])}


def _is_made_from(mac: str, address: str) -> bool:
    """Return whether the last half of an IPv6 address is the MAC in its EUI-64 form."""
    given = ip_address(address)
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return given.version == 6 and given.packed[8:] == interface


def _carried_by_others(record: Record) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"Port {record.title} is the sub-port of another project's trunk, which is not "
        "migrated: nothing carries the copy.",
        fix="Take it off that trunk before finalize, which cannot delete it there.",
    )


def _stays(port: Json) -> Finding:
    addresses = ", ".join(_addresses(port)) or port["mac_address"]
    return Finding(
        severity=WARN,
        sentence=f"Port {port['name'] or port['id']} ({addresses}) belongs to "
        f"{port['device_owner']} and is not migrated.",
        fix="Recreate on the destination what it belongs to.",
    )
