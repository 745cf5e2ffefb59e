"""Address scopes: within one, the prefixes of subnet pools do not overlap and are routed."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.pools import own_pools
from dashboard.migrations_app.resources.network.common.sharing import with_effective_sharing
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import FoundBy, Record
from dashboard.migrations_app.resources.work import Work

_PATH, _KEY = "/address-scopes", "address_scopes"


class AddressScope(NeutronResource):
    """An address scope. A scope of another project must exist on the destination."""

    name = "address_scope"
    plural = "address scopes"
    # the name and the IP version, which others may use as well
    found_by = FoundBy.LEDGER
    is_shareable = True
    maps_others = True
    choice = "name or id of a scope there; only for scopes of other projects"
    extension = "address-scope"
    collection = "address-scopes"
    singular = "address_scope"
    needs = ("project",)
    copied = ("name", "ip_version", "shared")
    own = NEUTRON_OWN

    @override
    def accepts_choice(self, *, shared: bool) -> bool:
        return shared

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's scopes, and those of other projects that its pools are in."""
        if self.extension not in reader.extensions:
            return
        own = reader.owned(_PATH, _KEY)
        used = {pool["address_scope_id"] for pool in own_pools(reader)} - {None}
        for scope in with_effective_sharing(own, self.name, reader):
            yield self.record(scope)
        for scope in reader.matching(_PATH, _KEY, "id", used - {each["id"] for each in own}):
            yield self.record(scope, shared=True)

    @override
    def find(self, work: Work) -> str | None:
        fields = work.record.fields
        return self._first(work, name=fields["name"], ip_version=fields["ip_version"])

    @override
    def create(self, work: Work) -> str:
        """Create the scope, which has no description in which a marker could stand."""
        return self._post(work, self.body(work))

    @override
    def complete(self, work: Work) -> None:
        """Do nothing: there is neither a description nor a tag."""

    @override
    def body(self, work: Work) -> Json:
        return {**super().body(work), "shared": bool(work.record.fields.get("shared"))}

    @override
    def used_by_others(self, work: Work) -> str:
        query = {"address_scope_id": work.destination_id}
        for pool in work.destination.list("network", "/subnetpools", "subnetpools", **query):
            if not work.is_ours("subnet_pool", pool["id"]):
                return f"subnet pool {pool['id']} of project {pool['project_id']} is in it"
        return ""
