"""Keystone's collections, which keep attributes that nobody has heard of."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Json, Refused, Request, conflict

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity

EVERYTHING = frozenset({"list", "create", "update", "delete"})


MAX_DEPTH = 5
"""How many projects may be above each other."""
_MOST_TAGS, _LONGEST_TAG = 80, 255


def require_tags(tags: list[str]) -> None:
    """Refuse tags that are too many, too long, the same, or have a comma or a slash."""
    fits = all(0 < len(tag) <= _LONGEST_TAG and not {",", "/"} & {*tag} for tag in tags)
    if not fits or len(tags) > _MOST_TAGS or len({*tags}) < len(tags):
        raise Refused(400, "Invalid input for field 'tags'.")


class KeystoneCollection(Collection):
    """A collection of Keystone's: ids without dashes, links, names unique in their domain."""

    service: "Identity"

    def __init__(self, path: str, singular: str, fields: dict[str, Any], **rules: Any) -> None:
        super().__init__(
            path=path,
            singular=singular,
            fields=Fields({"id": "", "name": "", "links": {}, **fields}, takes_any=True),
            **{
                "owner": "",
                "required": ("name",),
                "unique": ("name", "domain_id"),
                "for_admin": EVERYTHING,
                "change_method": "PATCH",
                **rules,
            },
        )

    def add(self, given: Json) -> Json:
        """Store an object without being asked."""
        row = {**self.fields.defaults(), "id": self._new_id(), **given}
        row["links"] = {"self": f"{self.cloud.url}/identity/v3/{self.path}/{row['id']}"}
        self.rows[row["id"]] = row
        return row

    def _new_id(self) -> str:
        return self.cloud.new_id().replace("-", "")

    def own_fields(self, request: Request) -> Json:
        """Return what every new object gets."""
        id_ = self._new_id()
        return {"id": id_, "links": {"self": f"{self.cloud.url}/identity/v3/{self.path}/{id_}"}}

    def missing(self, id_: str) -> Refused:
        """Return the error for an id that there is not."""
        return Refused(404, f"Could not find {self.singular}: {id_}.")

    def duplicate(self, row: Json) -> Refused:
        """Return the error for a name that is taken."""
        name = self.singular
        return conflict(
            f"Conflict occurred attempting to store {name} - Duplicate entry found with name "
            f"{row['name']} at domain ID {row['domain_id']}."
        )

    def view(self, row: Json, request: Request) -> Json:
        """Return an object without what is only ours, as the hash of a password."""
        found = super().view(row, request)
        # descriptions of roles were kept before Keystone knew of them
        found |= {name: row[name] for name in ("description",) if row.get(name)}
        return {name: value for name, value in found.items() if not name.startswith("~")}

    def shown(self, id_: str, request: Request) -> Json:
        """Return the object of an id as the asker sees it."""
        return self.view(self.get(id_), request)

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that Keystone filters by; it ignores all others."""
        known = ("name", "domain_id", "enabled", "parent_id", "is_domain")
        return {name: v for name, v in request.query.items() if name in known}

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change an object; of one that is immutable only that can be changed."""
        options = row.get("options") or {}
        thaws = given.keys() == {"options"} and given["options"].get("immutable", 0) in (
            None,
            False,
        )
        if options.get("immutable") and not thaws:
            raise Refused(403, f"Unable to update immutable {self.singular} {row['id']}.")
        if "options" in given:  # None takes an option away
            changed = {**options, **given["options"]}
            set_ = {name: value for name, value in changed.items() if value is not None}
            given = {**given, "options": set_}
        super().change(row, given, request)

    def remove(self, row: Json, request: Request) -> None:
        """Take an object away, and the roles with it that it had or that were on it."""
        if (row.get("options") or {}).get("immutable"):
            raise Refused(403, f"Cannot delete immutable {self.singular} {row['id']}.")
        super().remove(row, request)
        self.service.assignments.forget(row["id"])


class Domains(KeystoneCollection):
    """Domains."""

    def __init__(self) -> None:
        fields = {"description": "", "enabled": True, "tags": [], "options": options_field()}
        super().__init__("domains", "domain", fields, unique=("name",))

    def duplicate(self, row: Json) -> Refused:
        """Return the error for a name that is taken."""
        return conflict(
            "Conflict occurred attempting to store domain - it is not permitted to have two "
            f"projects acting as domains with the same name: {row['name']}."
        )

    def remove(self, row: Json, request: Request) -> None:
        """Delete a disabled domain with all that is in it."""
        if row["enabled"]:
            raise Refused(
                403, "Cannot delete a domain that is enabled, please disable the domain first."
            )
        super().remove(row, request)
        for rows in (self.service.projects, self.service.users, self.service.groups):
            for each in rows.where(domain_id=row["id"]):
                rows.remove(each, request)


class Projects(KeystoneCollection):
    """Projects; one without a parent has its domain for one."""

    def __init__(self) -> None:
        fields = {
            **{"description": "", "domain_id": "default", "enabled": True, "is_domain": False},
            **{"parent_id": "default", "tags": [], "options": options_field()},
        }
        super().__init__("projects", "project", fields, references={"domain_id": "domains"})

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Put a project at the top of its domain when it is not to have another parent."""
        row["parent_id"] = given.get("parent_id") or row["domain_id"]
        require_tags(row["tags"])
        parent = self.rows.get(row["parent_id"])
        if parent is None and row["parent_id"] != row["domain_id"]:
            raise Refused(404, f"Could not find project: {row['parent_id']}.")
        if parent and parent["domain_id"] != row["domain_id"]:
            raise Refused(400, "The parent of a project must be in its own domain.")
        if parent and self._depth(parent) >= MAX_DEPTH:
            raise Refused(403, f"Max hierarchy depth reached for {parent['id']} branch.")

    def _depth(self, project: Json) -> int:
        """Return how many projects are on the way from a domain to a project, itself included."""
        parent = self.rows.get(project["parent_id"])
        return 1 + (self._depth(parent) if parent else 0)

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a project, which stays where it is."""
        for name in ("parent_id", "is_domain"):
            if name in given and given[name] != row[name]:
                raise Refused(403, f"Update of `{name}` is not allowed.")
        super().change(row, given, request)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the tags of a project."""
        yield from super().routes()
        yield "GET", "projects/{}/tags", lambda request: {"tags": self.seen(request)["tags"]}
        yield "PUT", "projects/{}/tags", self.put_tags

    def put_tags(self, request: Request) -> Json:
        """Replace the tags of a project."""
        self.permit("update", request)
        require_tags(request.body["tags"])
        row = self.seen(request)
        row["tags"] = request.body["tags"]
        return {"tags": row["tags"]}

    def remove(self, row: Json, request: Request) -> None:
        """Refuse to delete a project that others are in."""
        if self.where(parent_id=row["id"]):
            raise Refused(403, f"Cannot delete project {row['id']}: it is not a leaf.")
        super().remove(row, request)
        self.service.credentials.forget(project_id=row["id"])
        self.service.delegations.forget(row["id"])
        for user in self.service.users.where(default_project_id=row["id"]):
            user.pop("default_project_id")


def options_field() -> Field:
    return Field(default={}, release="2023.1")
