"""Networks: the tenant's own are created, those of other projects are mapped by name."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.choices import STRETCH
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.nova_network import LOST_OF_NETWORKS
from dashboard.migrations_app.resources.network.common.ports_of_others import port_of_others
from dashboard.migrations_app.resources.network.common.segments import (
    KEEP_SEGMENT,
    SEGMENTS,
    segment_differences,
    wanted_segment,
    with_segment,
)
from dashboard.migrations_app.resources.network.common.sharing import with_effective_sharing
from dashboard.migrations_app.resources.network.common.tenant_network import (
    belongs_to_another,
    is_of_nobody,
)
from dashboard.migrations_app.resources.network.common.zones import (
    HINTS,
    wanted_zones,
    with_zones,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    WARN,
    Decision,
    Difference,
    Finding,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_FLAGS = ("vlan_transparent", "qinq")


class Network(NeutronResource):
    """A Neutron network. A network of another project must exist on the destination.

    The destination chooses the segment, unless the choice for a network is ``segment``; one whose
    choice is ``stretch`` is made as without it, and joined with the source's afterwards.
    """

    name = "network"
    plural = "networks"
    is_shareable = True
    choice = (
        "name or id of a network there, for networks of other projects; segment for the tenant's "
        "own on a physical network: the copy is on the same segment; stretch for the tenant's own: "
        "gateways join both clouds while it moves"
    )
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
        *_FLAGS,
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
        *SEGMENTS,
    )
    lost = {
        "segments": "A copy has one segment, which the destination chooses.",
        **LOST_OF_NETWORKS,
    }

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        for network in with_effective_sharing(reader.networks, "network", reader):
            yield self.record(network, shared=belongs_to_another(network, reader))

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create the tenant's own and nobody's; map others by the choice, or by their own name."""
        if not record.shared or is_of_nobody(record.fields):
            named = "" if choice in (KEEP_SEGMENT, STRETCH) else choice
            decision = with_zones(record, super().decide(record, named, reader), reader)
            return decision if named else with_segment(record, decision, choice, reader)
        decision = self._named(record, choice or record.name, reader)
        if not decision.problem:
            return decision
        if record.fields.get("router:external"):
            return replace(decision, problem=f"{decision.problem} The tenant uses an external one.")
        return replace(
            decision,
            problem=f"{decision.problem} The tenant uses a shared one.",
            fix=f"If it belongs to a project that moves too, move that first. {decision.fix}",
        )

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return nothing for a network of others, whose policy is their own."""
        is_of_others = record.shared and not is_of_nobody(record.fields)
        return {} if is_of_others else super().requires(record, reader)

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return without_ids(record, self.mapped, left_out)

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
        body = super().body(work)
        unset = {HINTS, *(name for name in _FLAGS if not body.get(name))}
        body = {name: value for name, value in body.items() if name not in unset}
        mapped = self.mapped_ids(work, *self.mapped)
        return {**body, **wanted_zones(work), **wanted_segment(work), **mapped}

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return flags that are not set as false: releases differ in what they tell then."""
        return {**fields, **{name: bool(fields[name]) for name in _FLAGS if name in fields}}

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        yield from super().differences(source, destination, destination_id_of)
        yield from segment_differences(source, destination)

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
