"""Server groups."""

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Request


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
        """Note who made it, and the policy in both of its forms."""
        row["user_id"] = request.asker.user_id
        row["policy"] = given.get("policy") or (given.get("policies") or [""])[0]
        row["policies"] = [row["policy"]]
