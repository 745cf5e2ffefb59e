"""Ports: the same MAC and addresses, so that guests find their network as it was."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.neutron import (
    NEUTRON_OWN,
    NeutronResource,
    keeps_addresses,
)
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    address_conflicts,
    mac_conflicts,
)
from dashboard.migrations_app.resources.network.common.tenant_network import (
    DEFAULT_GROUP,
    moves,
    moving_ports,
    network_ids_of_others,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, FoundBy, Loss, Record, Ref
from dashboard.migrations_app.resources.work import Work

_ON_OTHERS = "on_foreign_network"
_BINDING = "The destination binds the port to a host of its own."


class Port(NeutronResource):
    """A port of a server, or of nothing. Ports of routers, DHCP and the like make themselves."""

    name = "port"
    plural = "ports"
    # a port with that MAC in that network
    found_by = FoundBy.LEDGER
    collection = "ports"
    singular = "port"
    needs = ("project", "network", "subnet", "security_group")
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
    )
    mapped = {"network_id": "network", "security_groups": "security_group"}
    own = (
        *NEUTRON_OWN,
        _ON_OTHERS,
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
    )
    lost = {
        "binding:profile": _BINDING,
        "hints": _BINDING,
        "device_profile": "Device profiles are not carried.",
        "hardware_offload_type": "Hardware offload is not carried.",
        "mac_learning_enabled": "MAC learning is not carried.",
        "qos_policy_id": "QoS policies are not carried.",
        "tags": "Tags of ports are not carried.",
        "trunk_details": "Trunks are not carried; the port becomes an ordinary one.",
        "trusted": "Trust for a virtual function is not carried.",
    }

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the ports that move."""
        others = network_ids_of_others(reader)
        for port in moving_ports(reader):
            yield self.record({**port, _ON_OTHERS: port["network_id"] in others})

    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Groups are named before they have rules; subnets of others are there already.

        The default group is needed even where it is not named: neutron makes it anew when a port
        is changed, as on the deletion of its server, so that a rollback must remove it later.
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
        return {"create": refs}

    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Also the addresses on networks of others, where the plan gives new ones."""
        yield from super().losses(record, reader)
        if record.fields[_ON_OTHERS] and not keeps_addresses(reader.options):
            reason = "The plan takes new addresses on networks of others."
            yield Loss(field="fixed_ips", value=_addresses(record.fields), reason=reason)

    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Look for addresses and MACs that are taken, and name the ports that stay behind."""
        yield from super().check(records, source, destination)
        addresses: dict[str, dict[str, Record]] = {}
        macs: dict[str, dict[str, Record]] = {}
        for record in (record for record in records if record.fields[_ON_OTHERS]):
            network_id = record.fields["network_id"]
            macs.setdefault(network_id, {})[record.fields["mac_address"]] = record
            for address in _addresses(record.fields):
                addresses.setdefault(network_id, {})[address] = record
        yield from address_conflicts(addresses, source, destination)
        yield from mac_conflicts(macs, source, destination)
        for port in source.ports:
            if not moves(port) and not port["device_owner"].startswith("network:"):
                yield None, _stays(port)

    def find(self, work: Work) -> str | None:
        """A MAC is unique within its network: the port that has it is ours."""
        fields = work.record.fields
        network_id = work.destination_id_of("network", fields["network_id"])
        return self._first(work, network_id=network_id, mac_address=fields["mac_address"])

    def create(self, work: Work) -> str:
        """Create the port in one call; being found by its MAC, it needs no marker."""
        return self._post(work, self.body(work))

    def complete(self, work: Work) -> None:
        """Nothing: the port is complete."""

    def body(self, work: Work) -> Json:
        """No group at all is said explicitly, because neutron would take the default one."""
        fields = work.record.fields
        body = super().body(work)
        body["network_id"] = work.destination_id_of("network", fields["network_id"])
        body["security_groups"] = [
            work.destination_id_of("security_group", id_) for id_ in fields["security_groups"]
        ]
        body.pop("fixed_ips", None)
        if not fields[_ON_OTHERS] or keeps_addresses(work.options):
            body["fixed_ips"] = [*_fixed_ips(work)]
        return body

    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Addresses count, whatever the ids of their subnets."""
        return {**fields, "fixed_ips": _addresses(fields)}


def _addresses(fields: Mapping[str, Any]) -> list[str]:
    return sorted(fixed["ip_address"] for fixed in fields["fixed_ips"])


def _fixed_ips(work: Work) -> Iterable[Json]:
    """Return what to ask for to get the same addresses.

    Neutron makes an address from the MAC itself (SLAAC) and refuses to be told it; the subnet is
    enough, and on networks of others it comes unasked.
    """
    fields = work.record.fields
    for fixed in fields["fixed_ips"]:
        if not _is_made_from(fields["mac_address"], fixed["ip_address"]):
            yield {"ip_address": fixed["ip_address"]}
        elif not fields[_ON_OTHERS]:
            yield {"subnet_id": work.destination_id_of("subnet", fixed["subnet_id"])}


def _is_made_from(mac: str, address: str) -> bool:
    """Return whether the last half of an IPv6 address is the MAC in its EUI-64 form."""
    given = ip_address(address)
    octets = bytes.fromhex(mac.replace(":", ""))
    interface = bytes([octets[0] ^ 2, *octets[1:3], 0xFF, 0xFE, *octets[3:]])
    return given.version == 6 and given.packed[8:] == interface


def _stays(port: Json) -> Finding:
    addresses = ", ".join(_addresses(port)) or port["mac_address"]
    return Finding(
        severity=WARN,
        sentence=f"Port {port['name'] or port['id']} ({addresses}) belongs to "
        f"{port['device_owner']} and is not carried.",
        fix="Create what it belongs to again on the destination.",
    )
