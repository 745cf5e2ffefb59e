"""QoS policies: limits and guarantees for what networks, ports and floating IPs carry."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.network.common.neutron import NEUTRON_OWN, NeutronResource
from dashboard.migrations_app.resources.network.common.sharing import with_effective_sharing
from dashboard.migrations_app.resources.network.common.tenant_network import (
    belongs_to_another,
    migratable_ports,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, Loss, Record
from dashboard.migrations_app.resources.work import Work

_RULES, _UNSUPPORTED = "rules", "unsupported"
_PATH, _KEY = "/qos/policies", "policies"
# what a rule of any type says; Neutron knows each by its own id as well
_SAID = (
    *("type", "direction", "max_kbps", "max_burst_kbps", "min_kbps", "dscp_mark"),
    *("max_kpps", "max_burst_kpps", "min_kpps"),
)
_USERS = (("network", "networks"), ("port", "ports"), ("floating_ip", "floatingips"))


class QosPolicy(NeutronResource):
    """A QoS policy with its rules. A policy of another project must exist on the destination."""

    name = "qos_policy"
    plural = "QoS policies"
    is_shareable = True
    maps_others = True
    choice = "name or id of a policy there; only for policies of other projects"
    extension = "qos"
    collection = "qos/policies"
    singular = "policy"
    tagged_as = "policies"
    needs = ("project",)
    copied = ("name", "description", "shared", "is_default", "tags", _RULES)
    own = NEUTRON_OWN

    @property
    @override
    def label(self) -> str:
        return "QoS policy"

    @override
    def accepts_choice(self, *, shared: bool) -> bool:
        return shared

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the tenant's policies, and those of other projects that its objects have."""
        if self.extension not in reader.extensions:
            return
        own = reader.owned(_PATH, _KEY)
        used = _ids_in_use(reader) - {policy["id"] for policy in own}
        for policy in with_effective_sharing(own, self.name, reader):
            yield self.record(policy)
        for policy in reader.matching(_PATH, _KEY, "id", used):
            yield self.record(policy, shared=True)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Leave out rules of types that no driver of the destination has.

        Neutron would take them, and refuse every network and port with the policy.
        """
        decision = super().decide(record, choice, reader)
        if choice or record.shared or self.extension not in reader.extensions:
            return decision
        listed = reader.list("network", "/qos/rule-types", "rule_types")
        known = {each["type"] for each in listed}
        lost = sorted({rule["type"] for rule in record.fields[_RULES]} - known)
        if not lost:
            return decision
        reason = f"No driver of cloud {reader.cloud.name} has rules of type {', '.join(lost)}."
        loss = Loss(field=_RULES, value=lost, reason=reason)
        resolution = {**decision.resolution, _UNSUPPORTED: lost}
        return replace(decision, resolution=resolution, losses=[*decision.losses, loss])

    @override
    def body(self, work: Work) -> Json:
        """Return everything but the rules, which are objects of their own."""
        return {name: value for name, value in super().body(work).items() if name != _RULES}

    @override
    def describe(self, work: Work) -> None:
        """Put the tenant's description in place, and add the rules that are not there yet."""
        there = [_said(rule) for rule in self._put(work, self.completion(work))[_RULES]]
        for rule in map(_said, work.record.fields[_RULES]):
            kind = rule["type"]
            if rule not in there and kind not in work.resolution.get(_UNSUPPORTED, ()):
                body = {name: value for name, value in rule.items() if name != "type"}
                path = f"{_PATH}/{work.destination_id}/{kind}_rules"
                work.destination.post("network", path, {f"{kind}_rule": body})

    @override
    def used_by_others(self, work: Work) -> str:
        for type_name, collection in _USERS:
            listed = work.destination.list("network", f"/{collection}", collection)
            for user in listed:
                has_policy = user.get("qos_policy_id") == work.destination_id
                if has_policy and not work.is_ours(type_name, user["id"]):
                    return f"{type_name.replace('_', ' ')} {user['id']} has it"
        return ""

    @override
    def comparable(self, fields: Mapping[str, Any], translate: Callable[[str, str], str]) -> Json:
        """Return the rules without their ids."""
        return {**fields, _RULES: [_said(rule) for rule in fields[_RULES]]}


def _said(rule: Mapping[str, Any]) -> Json:
    return {name: rule[name] for name in _SAID if rule.get(name) is not None}


def _ids_in_use(reader: TenantReader) -> set[str]:
    """Return the ids of the policies that the tenant's own networks, ports and addresses have."""
    networks = [each for each in reader.networks if not belongs_to_another(each, reader)]
    users = (*networks, *migratable_ports(reader), *reader.floating_ips)
    return {user["qos_policy_id"] for user in users if user.get("qos_policy_id")}
