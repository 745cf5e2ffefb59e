"""Security groups and their rules; each project has a default one that makes itself."""

from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.network.standard import NeutronCollection, with_extension

DEFAULT = "default"
_OF_DEFAULT = [
    {"direction": "egress", "ethertype": "IPv4"},
    {"direction": "egress", "ethertype": "IPv6"},
]
_SAME = (
    *("direction", "ethertype", "protocol", "port_range_min", "port_range_max"),
    *("remote_ip_prefix", "remote_group_id", "remote_address_group_id", "security_group_id"),
)


class SecurityGroups(NeutronCollection):
    """Security groups; they show their rules."""

    def __init__(self) -> None:
        fields = {
            "security_group_rules": [],
            "stateful": with_extension("stateful-security-group", True),
            "shared": with_extension("security-groups-shared-filtering", False),
        }
        super().__init__("security-groups", "security_group", fields, required=("name",))

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"Security group {id_} does not exist", kind="SecurityGroupNotFound")

    def ensure_default(self, project_id: str) -> Json:
        """Return a project's default group, made if it is not there."""
        if found := self.where(project_id=project_id, name=DEFAULT):
            return found[0]
        now = self.cloud.now()
        row = {
            **self.fields.defaults(),
            **{"id": self.cloud.new_id(), "name": DEFAULT, "created_at": now, "updated_at": now},
            **{"project_id": project_id, "tenant_id": project_id},
            "description": "Default security group",
        }
        self.rows[row["id"]] = row
        self._add_rules(row)
        return row

    def _add_rules(self, group: Json) -> None:
        """Add the rules that every new group begins with."""
        among = [
            {"direction": "ingress", "remote_group_id": group["id"], "ethertype": version}
            for version in ("IPv4", "IPv6")
        ]
        for rule in [*(among if group["name"] == DEFAULT else ()), *_OF_DEFAULT]:
            self.service.rules.add(group, rule)

    def index(self, request: Request) -> Json:
        """List groups, the project's default one always among them."""
        for project_id in self.filters(request).get("project_id", [request.asker.project_id]):
            self.ensure_default(project_id)
        return super().index(request)

    def view(self, row: Json, request: Request) -> Json:
        """Return a group with its rules."""
        rules = self.service.rules.where(security_group_id=row["id"])
        shown = [self.service.rules.view_in_group(rule, request) for rule in rules]
        return super().view({**row, "security_group_rules": shown}, request)

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse a second default group."""
        self.ensure_default(row["project_id"])
        if row["name"] == DEFAULT:
            sentence = "Default security group already exists."
            raise Refused(409, sentence, kind="SecurityGroupDefaultAlreadyExists")

    def made(self, row: Json, request: Request) -> None:
        """Add a new group's first rules."""
        self._add_rules(row)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a group; the default one keeps its name."""
        if row["name"] == DEFAULT and given.get("name", DEFAULT) != DEFAULT:
            sentence = "Updating default security group not allowed."
            raise Refused(409, sentence, kind="SecurityGroupCannotUpdateDefault")
        super().change(row, given, request)

    def remove(self, row: Json, request: Request) -> None:
        """Delete a group that no port has, and the rules that name it."""
        if row["name"] == DEFAULT and not request.asker.is_admin:
            sentence = "Insufficient rights for removing default security group."
            raise Refused(409, sentence, kind="SecurityGroupCannotRemoveDefault")
        ports = self.service.ports.rows.values()
        if any(row["id"] in port["security_groups"] for port in ports):
            raise Refused(409, f"Security Group {row['id']} in use.", kind="SecurityGroupInUse")
        super().remove(row, request)
        for rule in [*self.service.rules.rows.values()]:
            if row["id"] in (rule["security_group_id"], rule["remote_group_id"]):
                del self.service.rules.rows[rule["id"]]


class SecurityGroupRules(NeutronCollection):
    """Rules of security groups."""

    tagged_as = None

    def __init__(self) -> None:
        super().__init__(
            "security-group-rules",
            "security_group_rule",
            _rule_fields(),
            is_named=False,
            required=("security_group_id", "direction"),
            references={
                "security_group_id": "security-groups",
                "remote_group_id": "security-groups",
                "remote_address_group_id": "address-groups",
            },
        )

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        sentence = f"Security group rule {id_} does not exist"
        return Refused(404, sentence, kind="SecurityGroupRuleNotFound")

    def add(self, group: Json, given: Json) -> Json:
        """Store a rule of neutron's own."""
        now, owner = self.cloud.now(), group["project_id"]
        row = {
            **self.fields.defaults(),
            **{"id": self.cloud.new_id(), "security_group_id": group["id"], "project_id": owner},
            **{"tenant_id": owner, "created_at": now, "updated_at": now, "description": None},
            "belongs_to_default_sg": group["name"] == DEFAULT,
            **given,
        }
        row["standard_attr_id"] = len(self.rows) + 1
        self.rows[row["id"]] = row
        return row

    def create(self, request: Request) -> Json | Answer:
        """Make a rule, or many at once: then all of them or none."""
        many = request.body.get("security_group_rules")
        if many is None:
            return super().create(request)
        rows: list[Json] = []
        try:
            for given in many:
                rows.append(self.make(self.accepted(given, request), request))
        except Refused:
            for row in rows:
                del self.rows[row["id"]]
            raise
        return {"security_group_rules": [self.view(row, request) for row in rows]}

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Refuse a rule that exists already."""
        group = self.service.groups.get(row["security_group_id"])
        if not self.service.groups.is_visible(group, request):
            raise self.service.groups.missing(group["id"])
        row["ethertype"] = row["ethertype"] or "IPv4"
        row["belongs_to_default_sg"] = group["name"] == DEFAULT
        row["normalized_cidr"] = row["remote_ip_prefix"]
        row["standard_attr_id"] = len(self.rows) + 1
        for other in self.where(**{name: row[name] for name in _SAME}):
            sentence = f"Security group rule already exists. Rule id is {other['id']}."
            raise Refused(409, sentence, kind="SecurityGroupRuleExists")

    def view(self, row: Json, request: Request) -> Json:
        """Return a rule by itself, which shows less than one in its group."""
        shown = super().view(row, request)
        return {n: v for n, v in shown.items() if n not in ("standard_attr_id", "tags")}

    def view_in_group(self, row: Json, request: Request) -> Json:
        """Return a rule as its group shows it."""
        shown = {**super().view(row, request), "belongs_to_default_sg": None}
        known = self.fields.names(self.cloud.release)
        return {n: v for n, v in shown.items() if n in known}


def _rule_fields() -> dict[str, Any]:
    return {
        **{"security_group_id": "", "direction": "ingress", "ethertype": "IPv4"},
        **{"protocol": None, "port_range_min": None, "port_range_max": None},
        **{"remote_ip_prefix": None, "remote_group_id": None},
        "remote_address_group_id": with_extension("security-groups-remote-address-group"),
        "normalized_cidr": with_extension("security-groups-normalized-cidr"),
        "belongs_to_default_sg": with_extension("security-groups-rules-belongs-to-default-sg"),
        "standard_attr_id": Field(default=0, release="2023.1"),
    }
