"""Who has which role where: users and groups, on projects and domains, inherited or not."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from tests.support.cloud.messages import Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.identity import Identity

INHERITED = "OS-INHERIT:inherited_to"
_FILTERS = {
    "scope.project.id": "project_id",
    "scope.domain.id": "domain_id",
    "user.id": "user_id",
    "group.id": "group_id",
    "role.id": "role_id",
}


class Assignments:
    """The roles that were given, each under its own name."""

    def __init__(self, service: "Identity") -> None:
        self.service = service
        for scope in ("projects", "domains"):
            for actor in ("users", "groups"):
                self._route(f"{scope}/{{}}/{actor}/{{}}/roles/{{}}", scope, actor)
                self._route(
                    f"OS-INHERIT/{scope}/{{}}/{actor}/{{}}/roles/{{}}/inherited_to_projects",
                    scope,
                    actor,
                )
        service.route("GET", "role_assignments", self.index)

    def _route(self, template: str, scope: str, actor: str) -> None:
        inherited = template.startswith("OS-INHERIT")

        def named(request: Request) -> Json:
            scope_id, actor_id, role_id = request.ids
            where = {f"{scope[:-1]}_id": scope_id, f"{actor[:-1]}_id": actor_id}
            for path, id_ in ((scope, scope_id), (actor, actor_id), ("roles", role_id)):
                self.service.cloud.collection("identity", path).get(id_)
            return _row(role_id, inherited=inherited, **where)

        self.service.route("PUT", template, lambda request: self.put(named(request), request))
        self.service.route("DELETE", template, lambda request: self.take(named(request), request))
        self.service.route("HEAD", template, lambda request: self.check(named(request)))

    @property
    def rows(self) -> dict[str, Json]:
        """All assignments."""
        return self.service.cloud.rows("identity/assignments")

    def give(self, role_id: str, *, inherited: bool = False, **where: str) -> None:
        """Assign a role to a ``user_id`` or ``group_id`` on a ``project_id`` or ``domain_id``."""
        row = _row(role_id, inherited=inherited, **where)
        self.rows[_key(row)] = row

    def put(self, row: Json, request: Request) -> None:
        """Assign a role; a second time changes nothing."""
        self._require_admin(request)
        self.rows[_key(row)] = row

    def take(self, row: Json, request: Request) -> None:
        """Take a role."""
        self._require_admin(request)
        self.check(row)
        del self.rows[_key(row)]

    def check(self, row: Json) -> None:
        """Refuse where the role has not been given."""
        if _key(row) not in self.rows:
            raise Refused(404, f"Could not find role assignment with role: {row['role_id']}.")

    def _require_admin(self, request: Request) -> None:
        if not request.asker.is_admin:
            raise Refused(403, self.service.denial)

    def forget(self, id_: str) -> None:
        """Take away all roles of what is deleted, or on it."""
        for key, row in [*self.rows.items()]:
            if id_ in row.values():
                del self.rows[key]

    def held_by(self, user_id: str) -> list[Json]:
        """Return the roles of a user and of its groups."""
        groups = self.service.groups.ids_of(user_id)
        return [r for r in self.rows.values() if r["user_id"] == user_id or r["group_id"] in groups]

    def roles_in(self, user_id: str, project_id: str) -> set[str]:
        """Return the ids of all roles of a user in a project, inherited and implied ones too."""
        above = {*self._above(project_id)}
        found = {
            each["role_id"]
            for each in self.held_by(user_id)
            if (each["project_id"] == project_id and not each["inherited"])
            or (each["inherited"] and {each["project_id"], each["domain_id"]} & above)
        }
        return self.service.roles.implied_by(found & self.service.roles.rows.keys())

    def _above(self, project_id: str) -> Iterable[str]:
        """Yield the ids of the projects above one, and that of its domain."""
        project = self.service.projects.rows[project_id]
        while project["parent_id"] in self.service.projects.rows:
            yield project["parent_id"]
            project = self.service.projects.rows[project["parent_id"]]
        yield project["domain_id"]

    def index(self, request: Request) -> Json:
        """Answer with the assignments that a query wants."""
        self._require_admin(request)
        if request.asks("effective") not in ("", "false", "0"):
            return self._index_effective(request)
        asked = {field: request.asks(name) for name, field in _FILTERS.items()}
        wanted = {field: value for field, value in asked.items() if value}
        found = [
            self._view(row, request.asks("include_names") not in ("", "false", "0"))
            for row in self.rows.values()
            if all(row[field] == value for field, value in wanted.items())
        ]
        return self.service.page(request, "role_assignments", found)

    def _index_effective(self, request: Request) -> Json:
        """Answer with all roles of users in a project: no groups are in it, and no inheritance."""
        project_id = request.asks("scope.project.id")
        named = request.asks("include_names") not in ("", "false", "0")
        found = [
            self._view(_row(role_id, inherited=False, user_id=id_, project_id=project_id), named)
            for id_ in self.service.users.rows
            for role_id in sorted(self.roles_in(id_, project_id))
        ]
        return self.service.page(request, "role_assignments", found)

    def _view(self, row: Json, named: bool) -> Json:
        scope = "project" if row["project_id"] else "domain"
        actor = "user" if row["user_id"] else "group"
        told = {kind: self._told(kind, row[f"{kind}_id"], named) for kind in (scope, actor, "role")}
        place = {scope: told[scope], **({INHERITED: "projects"} if row["inherited"] else {})}
        path = f"{scope}s/{row[f'{scope}_id']}/{actor}s/{row[f'{actor}_id']}/roles/{row['role_id']}"
        if row["inherited"]:
            path = f"OS-INHERIT/{path}/inherited_to_projects"
        links = {"assignment": f"{self.service.cloud.url}/identity/v3/{path}"}
        return {"links": links, "role": told["role"], "scope": place, actor: told[actor]}

    def _told(self, kind: str, id_: str, named: bool) -> Json:
        if not named:
            return {"id": id_}
        found = self.service.cloud.collection("identity", f"{kind}s").rows.get(id_)
        if found is None:  # as one that a directory no longer has
            return {"id": id_, "name": "", "domain": {"id": "", "name": ""}}
        told = {"id": id_, "name": found["name"]}
        if domain_id := found.get("domain_id"):
            domain = self.service.domains.get(domain_id)
            told["domain"] = {"id": domain_id, "name": domain["name"]}
        return told


def _row(role_id: str, *, inherited: bool, **where: str) -> Json:
    nowhere = dict.fromkeys(("user_id", "group_id", "project_id", "domain_id"), "")
    return {"id": "", **nowhere, **where, "role_id": role_id, "inherited": inherited}


def _key(row: Json) -> str:
    return " ".join(str(value) for value in row.values())
