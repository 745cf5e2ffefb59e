"""Address groups: named lists of addresses, to which rules of security groups refer."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.work import Work

_PATH, _KEY = "/address-groups", "address_groups"
_REMOTE = "remote_address_group_id"


class AddressGroup(NeutronResource):
    """An address group. A group of another project must exist on the destination."""

    name = "address_group"
    plural = "address groups"
    is_shareable = True
    maps_others = True
    choice = "name or id of a group there; only for groups of other projects"
    extension = "address-group"
    collection = "address-groups"
    singular = "address_group"
    needs = ("project",)
    copied = ("name", "description", "addresses")
    own = (*NEUTRON_OWN, "shared")

    @override
    def accepts_choice(self, *, shared: bool) -> bool:
        return shared

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's groups, and those of other projects that its rules name."""
        if self.extension not in reader.extensions:
            return
        own = reader.owned(_PATH, _KEY)
        for group in own:
            yield self.record(group)
        others = _named_by_rules(reader) - {group["id"] for group in own}
        for group in reader.matching(_PATH, _KEY, "id", others):
            yield self.record(group, shared=True)

    @override
    def used_by_others(self, work: Work) -> str:
        query = {_REMOTE: work.destination_id}
        path, key = "/security-group-rules", "security_group_rules"
        for rule in work.destination.list("network", path, key, **query):
            if not work.is_ours("security_group", rule["security_group_id"]):
                return f"a rule of security group {rule['security_group_id']} names it"
        return ""


def _named_by_rules(reader: TenantReader) -> set[str]:
    groups = reader.owned("/security-groups", "security_groups")
    rules = (rule for group in groups for rule in group["security_group_rules"])
    return {rule[_REMOTE] for rule in rules if rule.get(_REMOTE)}
