"""Subnet pools: the prefixes of which subnets are taken, and how much of them a project may."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.left_out import without_ids
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.pools import own_pools, pools_of_others
from dashboard.migrations_app.resources.network.common.sharing import with_effective_sharing
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, LeftOut, Loss, Record
from dashboard.migrations_app.resources.work import Work

_DEFAULT = "is_default"


class SubnetPool(NeutronResource):
    """A subnet pool. A pool of another project must exist on the destination."""

    name = "subnet_pool"
    plural = "subnet pools"
    is_shareable = True
    maps_others = True
    choice = "name or id of a pool there; only for pools of other projects"
    extension = "subnet_allocation"
    collection = "subnetpools"
    singular = "subnetpool"
    needs = ("project", "address_scope")
    does_without = ("address_scope",)
    copied = (
        *("name", "description", "prefixes", "ip_version", "default_quota"),
        *("min_prefixlen", "max_prefixlen", "default_prefixlen", "shared", _DEFAULT, "tags"),
    )
    mapped = {"address_scope_id": "address_scope"}
    own = NEUTRON_OWN
    extensions = {
        "tags": NeutronResource.extensions["tags"],
        _DEFAULT: ("default-subnetpools", False),
        "address_scope_id": ("address-scope", None),
    }

    @override
    def accepts_choice(self, *, shared: bool) -> bool:
        return shared

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's pools, and those of other projects of which its subnets are."""
        for pool in with_effective_sharing(own_pools(reader), "subnetpool", reader):
            yield self.record(pool)
        for pool in pools_of_others(reader):
            yield self.record({**pool, "address_scope_id": None}, shared=True)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Leave the place of the cloud's default pool to the one that the destination has."""
        decision = super().decide(record, choice, reader)
        if choice or record.shared or not record.fields.get(_DEFAULT):
            return decision
        version = record.fields["ip_version"]
        query = {_DEFAULT: "true", "ip_version": version}
        there = reader.list("network", "/subnetpools", "subnetpools", **query)
        if not there:
            return decision
        reason = f"Cloud {reader.cloud.name} has a default pool for IPv{version} already."
        loss = Loss(field=_DEFAULT, value=True, reason=reason)
        resolution = {**decision.resolution, _DEFAULT: False}
        return replace(decision, resolution=resolution, losses=[*decision.losses, loss])

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        return without_ids(record, dict(self.mapped), left_out)

    @override
    def body(self, work: Work) -> Json:
        body = {**super().body(work), **self.mapped_ids(work, *self.mapped), **work.resolution}
        # Neutron tells it by the prefixes, and refuses to be told
        body.pop("ip_version", None)
        return body

    @override
    def used_by_others(self, work: Work) -> str:
        query = {"subnetpool_id": work.destination_id}
        for subnet in work.destination.list("network", "/subnets", "subnets", **query):
            if not work.is_ours("subnet", subnet["id"]):
                return f"subnet {subnet['id']} of project {subnet['project_id']} is of it"
        return ""
