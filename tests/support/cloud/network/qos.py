"""QoS policies and their rules."""

from collections.abc import Iterable, Mapping
from typing import Any

from tests.support.cloud.messages import Json, Refused, Request
from tests.support.cloud.network.shared import SharedCollection
from tests.support.cloud.network.standard import with_extension

# what a rule of each type has, and what it has where nothing is given
_RULES: Mapping[str, Json] = {
    "bandwidth_limit": {"max_kbps": None, "max_burst_kbps": 0, "direction": "egress"},
    "dscp_marking": {"dscp_mark": None},
    "minimum_bandwidth": {"min_kbps": None, "direction": "egress"},
    "minimum_packet_rate": {"min_kpps": None, "direction": None},
    "packet_rate_limit": {"max_kpps": None, "max_burst_kpps": 0, "direction": "egress"},
}


class QosPolicies(SharedCollection):
    """QoS policies, which only administrators may make. They show their rules.

    ``driver_types``: the types of rules that networks and ports of the cloud can have.
    """

    object_type = "qos_policy"
    extension = "qos"
    tagged_as = "policies"

    def __init__(self) -> None:
        fields = {
            **{"shared": False, "rules": []},
            "is_default": with_extension("qos-default", False),
        }
        super().__init__(
            "qos/policies",
            "policy",
            fields,
            plural="policies",
            required=("name",),
            for_admin=frozenset({"create", "update", "delete"}),
        )
        self.driver_types = ["bandwidth_limit", "dscp_marking", "minimum_bandwidth"]

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the rules, and which types of them there are."""
        yield from super().routes()
        yield "GET", "qos/rule-types", self.list_types
        yield "POST", "qos/policies/{}/{}", self.add_rule

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"QoS policy {id_} could not be found.", kind="QosPolicyNotFound")

    def list_types(self, request: Request) -> Json:
        """Answer with the types of rules that the drivers have."""
        return {"rule_types": [{"type": name} for name in self.driver_types]}

    def add_rule(self, request: Request) -> Json:
        """Add a rule to a policy: one of each type and direction."""
        self.service.require_admin(request)
        row, kind = self.seen(request), request.ids[1].removesuffix("_rules")
        given = request.body[f"{kind}_rule"]
        if unknown := sorted(given.keys() - _RULES[kind].keys()):
            raise self.unrecognized(unknown)
        rule = {**_RULES[kind], **given, "id": self.cloud.new_id()}
        if lacking := [name for name, value in rule.items() if value is None]:
            raise self.lacking(lacking[0])
        for other in row["rules"]:
            if (other["type"], other.get("direction")) == (kind, rule.get("direction")):
                sentence = (
                    f"Rule {kind} conflicts with rule {other['id']} which already exists in QoS "
                    f"Policy {row['id']}."
                )
                raise Refused(409, sentence, kind="QoSRulesConflict")
        row["rules"] = [*row["rules"], {**rule, "qos_policy_id": row["id"], "type": kind}]
        self.touch(row)
        return {f"{kind}_rule": rule}

    def require_usable(self, user: Json, label: str) -> None:
        """Refuse a policy that there is not, or with rules that no driver has."""
        if not user.get("qos_policy_id"):
            return
        for rule in self.get(user["qos_policy_id"])["rules"]:
            if rule["type"] not in self.driver_types:
                sentence = f"Rule {rule['type']} is not supported by {label} {user['id']}"
                raise Refused(409, sentence, kind="QosRuleNotSupported")

    def remove(self, row: Json, request: Request) -> None:
        """Delete a policy that nothing has."""
        service = self.service
        for users in (service.networks, service.ports, service.floating_ips):
            for user in users.where(qos_policy_id=row["id"]):
                raise Refused(
                    409,
                    f"QoS Policy {row['id']} is used by {users.singular} {user['id']}.",
                    kind="QosPolicyInUse",
                )
        super().remove(row, request)
