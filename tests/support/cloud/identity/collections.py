"""Keystone's collections, which keep attributes that nobody has heard of."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request, conflict

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity

EVERYTHING = frozenset({"list", "create", "update", "delete"})


MAX_DEPTH = 5
"""How many projects may be above each other."""
USER_OPTIONS = (
    *("ignore_change_password_upon_first_use", "ignore_password_expiry"),
    *("ignore_lockout_failure_attempts", "lock_password"),
    *("multi_factor_auth_enabled", "multi_factor_auth_rules", "ignore_user_inactivity"),
)
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
        fields = {"description": "", "enabled": True, "tags": [], "options": _options()}
        super().__init__("domains", "domain", fields, unique=("name",))


class Projects(KeystoneCollection):
    """Projects; one without a parent has its domain for one."""

    def __init__(self) -> None:
        fields = {
            **{"description": "", "domain_id": "default", "enabled": True, "is_domain": False},
            **{"parent_id": "default", "tags": [], "options": _options()},
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
        for user in self.service.users.where(default_project_id=row["id"]):
            user.pop("default_project_id")


class Users(KeystoneCollection):
    """Users. Their passwords are kept as they are: nobody is ever shown one."""

    # whether change_password_upon_first_use is configured
    must_change_new_passwords = False

    def __init__(self) -> None:
        fields = {
            **{"domain_id": "default", "enabled": True, "options": {}},
            "password_expires_at": None,
        }
        super().__init__("users", "user", fields, references={"domain_id": "domains"})

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the groups and projects of a user."""
        yield from super().routes()
        yield "GET", "users/{}/groups", self.groups_of
        yield "GET", "users/{}/projects", self.projects_of

    def prepare(self, row: Json, given: Json, request: Request) -> None:
        """Keep the password where it is not shown."""
        self._require_options(row["options"])
        self._keep_password(row)

    def _require_options(self, options: Json) -> None:
        """Refuse what the release has no option for."""
        known = USER_OPTIONS if self.cloud.release.is_from("2025.1") else USER_OPTIONS[:-1]
        if unknown := sorted({*options} - {*known}):
            raise Refused(
                400,
                "Invalid input for field 'options': Additional properties are not allowed "
                f"({', '.join(map(repr, unknown))} was unexpected)",
            )

    def change(self, row: Json, given: Json, request: Request) -> None:
        """Change a user; a new password ends all tokens of the old one."""
        self._require_options(given.get("options") or {})
        super().change(row, given, request)
        if self._keep_password(row):
            self.service.tokens.forget_user(row["id"])

    def _keep_password(self, row: Json) -> bool:
        if "password" not in row:
            return False
        row["~password"] = row.pop("password")
        ignores = row["options"].get("ignore_change_password_upon_first_use")
        row["~must_change"] = self.must_change_new_passwords and not ignores
        return True

    def groups_of(self, request: Request) -> Json:
        """Answer with the groups that a user is in."""
        user_id = self.get(request.ids[0])["id"]
        groups = [g for g in self.service.groups.rows.values() if user_id in g["~users"]]
        shown = [self.service.groups.view(group, request) for group in groups]
        return self.service.page(request, "groups", shown)

    def projects_of(self, request: Request) -> Json:
        """Answer with the projects that a user has a role in."""
        held = self.service.assignments.held_by(self.get(request.ids[0])["id"])
        projects = {each["project_id"] for each in held if each["project_id"]}
        shown = [self.service.projects.shown(id_, request) for id_ in sorted(projects)]
        return self.service.page(request, "projects", shown)


class Groups(KeystoneCollection):
    """Groups of users."""

    def __init__(self) -> None:
        fields = {"description": "", "domain_id": "default", "~users": []}
        super().__init__("groups", "group", fields)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also who is in a group."""
        yield from super().routes()
        yield "PUT", "groups/{}/users/{}", self.add_user
        yield "DELETE", "groups/{}/users/{}", self.remove_user

    def add_user(self, request: Request) -> None:
        """Put a user into a group."""
        self.permit("update", request)
        group = self.get(request.ids[0])
        group["~users"] = sorted({*group["~users"], request.ids[1]})

    def remove_user(self, request: Request) -> None:
        """Take a user out of a group."""
        self.permit("update", request)
        group = self.get(request.ids[0])
        group["~users"] = sorted({*group["~users"]} - {request.ids[1]})


class Roles(KeystoneCollection):
    """Roles, and which of them implies which."""

    def __init__(self) -> None:
        fields = {
            "domain_id": None,
            "description": Field(default=None, release="2023.1"),
            "options": _options(),
            "~implies": [],
        }
        super().__init__("roles", "role", fields)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the implied roles."""
        yield from super().routes()
        yield "GET", "roles/{}/implies/{}", self.show_implied
        yield "PUT", "roles/{}/implies/{}", self.add_implied
        yield "GET", "role_inferences", self.inferences

    def matches(self, row: Json, request: Request) -> bool:
        """Roles of domains are listed only where one asks for those of a domain."""
        is_wanted = bool(request.asks("domain_id")) or not row["domain_id"]
        return is_wanted and super().matches(row, request)

    def imply(self, prior: str, implied: str) -> None:
        """Make a role imply another."""
        self.get(prior)["~implies"] = sorted({*self.get(prior)["~implies"], implied})

    def implied_by(self, role_ids: set[str]) -> set[str]:
        """Return these roles with all that they imply."""
        more = {i for id_ in role_ids for i in self.rows[id_]["~implies"] if i in self.rows}
        return role_ids if more <= role_ids else self.implied_by(role_ids | more)

    def show_implied(self, request: Request) -> Json:
        """Answer whether a role implies another."""
        prior, implied = (self.get(id_) for id_ in request.ids)
        if implied["id"] not in prior["~implies"]:
            raise Refused(404, f"{prior['id']} does not imply {implied['id']}.")
        return {"role_inference": self._inference(prior, [implied["id"]])}

    def add_implied(self, request: Request) -> Answer:
        """Make a role imply another."""
        self.permit("update", request)
        self.imply(*request.ids)
        return Answer(status=201, body=self.show_implied(request))

    def inferences(self, request: Request) -> Json:
        """Answer with all roles that imply others."""
        self.permit("list", request)
        roles = [role for role in self.rows.values() if role["~implies"]]
        return {"role_inferences": [self._inference(role, role["~implies"]) for role in roles]}

    def _inference(self, prior: Json, implied: list[str]) -> Json:
        def told(role: Json) -> Json:
            return {name: role[name] for name in ("id", "links", "name")}

        return {"implies": [told(self.get(id_)) for id_ in implied], "prior_role": told(prior)}


def _options() -> Field:
    return Field(default={}, release="2023.1")
