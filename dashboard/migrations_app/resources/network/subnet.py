"""Subnets: created without DHCP, which is enabled when all ports have their addresses."""

from collections.abc import Collection, Iterable, Mapping, Sequence

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.nova_network import POOLS_LEAVE_OUT, TAKEN
from dashboard.migrations_app.resources.network.common.pools import DELEGATED, pool_conflicts
from dashboard.migrations_app.resources.network.common.ports_of_others import port_of_others
from dashboard.migrations_app.resources.network.common.tenant_network import (
    INTERFACE_OWNERS,
    is_migratable,
    network_ids_of_others,
    own_subnets,
    routers_of_others,
    routers_on,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    MAP,
    Decision,
    Finding,
    LeftOut,
    Loss,
    Record,
    Ref,
    Stage,
)
from dashboard.migrations_app.resources.work import Work

_ROUTERS, _DELEGATED = "routers_of_others", "prefix_is_delegated"

_OUTSIDE = (
    "A delegated prefix and a segment are given from outside the tenant: the copy's prefix is "
    "fixed, its network's segment the destination's choice."
)


class Subnet(NeutronResource):
    """A subnet of one of the tenant's own networks, or of one that is nobody's.

    Where its network is mapped, it is mapped to the subnet there that has its prefix.
    """

    name = "subnet"
    plural = "subnets"
    is_shareable = True
    collection = "subnets"
    singular = "subnet"
    needs = ("project", "network", "subnet_pool")
    does_without = ("subnet_pool",)
    copied = (
        "name",
        "description",
        "cidr",
        "ip_version",
        "gateway_ip",
        "allocation_pools",
        "dns_nameservers",
        "host_routes",
        "enable_dhcp",
        "ipv6_ra_mode",
        "ipv6_address_mode",
        "service_types",
        "dns_publish_fixed_ip",
        "tags",
    )
    mapped = {"network_id": "network", "subnetpool_id": "subnet_pool"}
    own = (*NEUTRON_OWN, "router:external", _ROUTERS, TAKEN)
    lost = dict.fromkeys((_DELEGATED, "segment_id"), _OUTSIDE)
    stages = (
        Stage(name="create", verb="Create"),
        Stage(name="dhcp", verb="Set DHCP of"),
    )

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the subnets of the tenant's own networks, those of an operator included."""
        routers, others = routers_of_others(reader), network_ids_of_others(reader)
        for subnet in own_subnets(reader):
            fields = {**subnet, _ROUTERS: routers.get(subnet["id"], [])}
            if subnet.get("subnetpool_id") == DELEGATED:
                fields |= {"subnetpool_id": None, _DELEGATED: True}
            yield self.record(fields, shared=subnet["network_id"] in others)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        """Return those with these ids, also on networks that another tenant has made there."""
        return map(self.record, reader.matching("/subnets", "subnets", "id", ids))

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        fields = record.fields
        there = reader.destination_ids.get(("network", fields["network_id"]))
        for subnet in reader.matching(
            "/subnets", "subnets", "network_id", [there] if there else []
        ):
            if subnet["cidr"] == fields["cidr"]:
                return Decision(action=MAP, destination_id=subnet["id"])
        return super().decide(record, choice, reader)

    @override
    def losses(self, record: Record, reader: TenantReader) -> Iterable[Loss]:
        """Return also that pools of nova-network shrink and grow with what uses them."""
        yield from super().losses(record, reader)
        if TAKEN in record.fields:
            pools = record.fields["allocation_pools"]
            yield Loss(field="allocation_pools", value=pools, reason=POOLS_LEAVE_OUT)

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return without_ids(record, {"subnetpool_id": "subnet_pool"}, left_out)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        """Block subnets for which a pool that they are mapped to has no room."""
        yield from super().check(records, source, destination)
        yield from pool_conflicts(records, destination)

    @override
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("network", record.fields["network_id"])]

    @override
    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """Return every port for DHCP, which takes addresses from the pool for its own ports."""
        ports = [port for port in reader.ports if _has_address_in(port, record.id)]
        migrated = [Ref("port", port["id"], "create") for port in ports if is_migratable(port)]
        routers = {p["device_id"] for p in ports if p["device_owner"] in INTERFACE_OWNERS}
        return {"dhcp": migrated + [Ref("router", id_, "interfaces") for id_ in sorted(routers)]}

    @override
    def body(self, work: Work) -> Json:
        """Return a subnet without DHCP where possible; no gateway must be asked for explicitly."""
        fields = work.record.fields
        return {
            **super().body(work),
            **self.mapped_ids(work, *self.mapped),
            "gateway_ip": fields.get("gateway_ip"),
            # IPv6 modes can be set neither without DHCP nor later
            "enable_dhcp": bool(fields.get("ipv6_ra_mode") or fields.get("ipv6_address_mode")),
        }

    @override
    def describe(self, work: Work) -> None:
        """Leave the marker to the stage ``dhcp``, which changes the subnet anyway."""

    def dhcp(self, work: Work) -> None:
        """Enable DHCP if the source has it, and put the tenant's description in place."""
        self._put(work, {**self.completion(work), "enable_dhcp": work.record.fields["enable_dhcp"]})

    @override
    def also_finalized(self, record: Record) -> Iterable[str]:
        name = record.name or record.fields["cidr"]
        for router_id in record.fields.get(_ROUTERS, ()):
            yield f"interface of another project's router {router_id} on subnet {name}"

    @override
    def finalize(self, work: Work) -> None:
        """Delete the subnet, after disconnecting the routers of others that the plan names."""
        named = {*work.record.fields.get(_ROUTERS, ())}
        for router_id in named and named & routers_on(work.source, work.record.id):
            path = f"/routers/{router_id}/remove_router_interface"
            work.source.put("network", path, {"subnet_id": work.record.id})
            work.log(f"Disconnected router {router_id} from subnet {work.record.title}.")
        super().finalize(work)

    @override
    def used_by_others(self, work: Work) -> str:
        return port_of_others(work, fixed_ips=f"subnet_id={work.destination_id}")


def _has_address_in(port: Json, subnet_id: str) -> bool:
    return any(fixed["subnet_id"] == subnet_id for fixed in port["fixed_ips"])
