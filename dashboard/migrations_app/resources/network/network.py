"""Networks: the tenant's own are created, those of other projects are mapped by name."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.ports_of_others import port_of_others
from dashboard.migrations_app.resources.network.common.sharing import with_effective_sharing
from dashboard.migrations_app.resources.network.common.tenant_network import belongs_to_another
from dashboard.migrations_app.resources.network.common.zones import (
    HINTS,
    wanted_zones,
    with_zones,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    WARN,
    Decision,
    Finding,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_SEGMENT = "The destination chooses the segment of a tenant network itself."
_SEGMENTS = ("provider:network_type", "provider:physical_network", "provider:segmentation_id")


class Network(NeutronResource):
    """A Neutron network. A network of another project must exist on the destination."""

    name = "network"
    plural = "networks"
    is_shareable = True
    choice = "name or id of a network there; only for networks of other projects"
    collection = "networks"
    singular = "network"
    needs = ("project", "qos_policy")
    does_without = ("qos_policy",)
    copied = (
        "name",
        "description",
        "admin_state_up",
        "shared",
        "port_security_enabled",
        "mtu",
        "dns_domain",
        HINTS,
        "tags",
    )
    mapped = {"qos_policy_id": "qos_policy"}
    own = (
        *NEUTRON_OWN,
        "subnets",
        "availability_zones",
        "ipv4_address_scope",
        "ipv6_address_scope",
        "router:external",
        "is_default",
        "l2_adjacency",
    )
    lost = {
        **dict.fromkeys((*_SEGMENTS, "segments"), _SEGMENT),
        "vlan_transparent": "Transparent VLANs are not migrated.",
        "qinq": "Stacked VLANs are not migrated.",
    }

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for network in with_effective_sharing(reader.networks, "network", reader):
            yield self.record(network, shared=belongs_to_another(network, reader))

    @override
    def accepts_choice(self, *, shared: bool) -> bool:
        """Return whether it belongs to another project; the tenant's own are created."""
        return shared

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the tenant's own; map others by the name of the choice, or by their own."""
        if not record.shared:
            return with_zones(record, super().decide(record, choice, reader), reader)
        decision = self._named(record, choice or record.name, reader)
        if not decision.problem:
            return decision
        kind = "an external" if record.fields.get("router:external") else "a shared"
        return replace(decision, problem=f"{decision.problem} The tenant uses {kind} one.")

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return nothing for a network of others, whose policy is their own."""
        return {} if record.shared else super().requires(record, reader)

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return without_ids(record, self.mapped, left_out)

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return the segment as lost only if it is physical; a tunnel's number means nothing."""
        physical = bool(record.fields.get("provider:physical_network"))
        for loss in super().losses(record, reader):
            if physical or loss.field not in _SEGMENTS:
                yield loss

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Warn also of an MTU that no network of the destination has: only creation shows more."""
        yield from super().check(records, source, destination)
        listed = destination.list("network", "/networks", "networks", fields="mtu")
        largest = max((network.get("mtu") or 0 for network in listed), default=0)
        for record in records:
            if largest and (record.fields.get("mtu") or 0) > largest:
                yield record, _large_mtu(record, largest, destination)

    @override
    def body(self, work: Work) -> Json:
        body = {name: value for name, value in super().body(work).items() if name != HINTS}
        return {**body, **wanted_zones(work), **self.mapped_ids(work, *self.mapped)}

    @override
    def used_by_others(self, work: Work) -> str:
        return port_of_others(work, network_id=work.destination_id)


def _large_mtu(record: Record, largest: int, destination: TenantReader) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"Network {record.title} has MTU {record.fields['mtu']}; the largest "
        f"on cloud {destination.cloud.name} is {largest}. If Neutron refuses it, the copy gets the "
        "cloud's own: guests have to take that over, by DHCP or by hand.",
        fix="Raise global_physnet_mtu and path_mtu there, if its network can carry more.",
    )
