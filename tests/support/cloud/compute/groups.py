"""Server groups."""

from tests.support.cloud.collection import Collection
from tests.support.cloud.compute.hosts import COUNT
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request

SOFT_SINCE = (2, 15)


class ServerGroups(Collection):
    """Server groups, which servers join when they are booted."""

    def __init__(self) -> None:
        fields = {
            **{"id": "", "name": "", "members": []},
            "policies": Field(default=[], until="2.64"),
            "metadata": Field(default={}, until="2.64"),
            "policy": Field(default="", since="2.64"),
            "rules": Field(default={}, since="2.64"),
            "project_id": Field(default="", since="2.13"),
            "user_id": Field(default="", since="2.13"),
        }
        super().__init__(
            path="os-server-groups",
            singular="server_group",
            plural="server_groups",
            fields=Fields(fields),
        )

    def is_visible(self, row: Json, request: Request) -> bool:
        """Return whether a group is the asker's, or all were asked for by an administrator."""
        is_own = row["project_id"] == request.asker.project_id
        everybodys = request.asks("all_projects") and request.asker.is_admin
        return is_own or bool(everybodys) or bool(request.ids and request.asker.is_admin)

    def matches(self, row: Json, request: Request) -> bool:
        """Groups are not filtered."""
        return True

    def index(self, request: Request) -> Json:
        """List groups: nova cuts the list, and has no link to what follows."""
        found = [self.view(row, request) for row in self.visible(request)]
        start, size = int(request.asks("offset", "0")), self.cloud.page_size or len(found)
        return {"server_groups": found[start : start + size]}

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Note who made it, and the policy in both of its forms, if it is one that there is."""
        self._require_policy(given, request)
        row["user_id"] = request.asker.user_id
        row["policy"] = given.get("policy") or (given.get("policies") or [""])[0]
        row["policies"] = [row["policy"]]

    def _require_policy(self, given: Json, request: Request) -> None:
        policies = [given["policy"]] if "policy" in given else given.get("policies") or []
        hard, soft = ("affinity", "anti-affinity"), ("soft-affinity", "soft-anti-affinity")
        known = hard + soft if request.version >= SOFT_SINCE else hard
        if len(policies) != 1 or policies[0] not in known:
            raise Refused(400, f"Invalid input for field/attribute policies. Value: {policies}.")
        if given.get("rules") and policies[0] != "anti-affinity":
            raise Refused(400, "Only anti-affinity policy supports rules.")

    def add_member(self, id_: str, server: Json) -> None:
        """Put a new server into a group, if there is one and it has room."""
        if id_ not in self.rows:
            raise Refused(400, f"Instance group {id_} could not be found.")
        members = self.rows[id_]["members"]
        limits = self.cloud.quotas.limits("compute", server["tenant_id"])
        if 0 <= limits["server_group_members"] <= len(members):
            raise Refused(403, "Quota exceeded, too many servers in group")
        self.rows[id_]["members"] = [*members, server["id"]]

    def lacks_host(self, server: Json) -> bool:
        """Return whether a server's group has more members than hosts that they must not share."""
        return any(
            group["policy"] == "anti-affinity" and len(group["members"]) > COUNT
            for group in self.rows.values()
            if server["id"] in group["members"]
        )
