"""Reads who belongs to a tenant and what they may do: users, groups and roles of Keystone."""

from collections.abc import Callable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dashboard.clients.openstack import CloudSession, Json

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.reader import TenantRef

# a method named list hides the builtin within the class
JsonList = list[Json]
Scopes = list[tuple[str, str, str]]

# in the scope of an assignment that has no effect in the project itself
INHERITED_TO = "OS-INHERIT:inherited_to"

MOST_MEMBERS = 100
"""Up to how many members a group makes its members users of the tenant."""


class IdentityReader:
    """What a ``TenantReader`` reads of Keystone."""

    cloud: CloudSession
    tenant: "TenantRef"
    # turns the role assignments of a tenant in maintenance into those from before
    _original_roles: Callable[[JsonList], JsonList] | None

    def list(
        self, service: str, path: str, key: str, *, microversion: str = "", **query: Any
    ) -> JsonList:
        """Return a whole collection, from memory if it was read before."""
        raise NotImplementedError

    @property
    def role_assignments(self) -> JsonList:
        """Who has which role in the project itself, with names; groups included.

        Roles that only subprojects inherit give no right in the project, and a user who was deleted
        in its directory has none: both are only in ``all_role_assignments``.
        """
        own = [each for each in self.all_role_assignments if INHERITED_TO not in each["scope"]]
        own = self._original_roles(own) if self._original_roles else own
        return [each for each in own if not is_of_nobody(each)]

    def user(self, user_id: str) -> Json:
        """Return a user, read alone: a company's directory may hold more than can be listed."""
        if user_id not in self._users_by_id:
            self._users_by_id[user_id] = self.cloud.get("identity", f"/users/{user_id}", "user")
        return self._users_by_id[user_id]

    @cached_property
    def _users_by_id(self) -> dict[str, Json]:
        return {}

    def effective_roles(self, user_id: str) -> dict[str, str] | None:
        """Return the names by id of all roles that a user has in the project.

        Those of groups are among them, inherited ones, and those that others imply. None while the
        tenant is in maintenance: Keystone tells only what is permitted now.
        """
        if self._original_roles:
            return None
        return self._effective_roles.get(user_id, {})

    @cached_property
    def _effective_roles(self) -> dict[str, dict[str, str]]:
        query = {"scope.project.id": self.tenant.id, "include_names": "true", "effective": "true"}
        found: dict[str, dict[str, str]] = {}
        for each in self.list("identity", "/role_assignments", "role_assignments", **query):
            role = each["role"]
            name = role.get("name", role["id"])
            found.setdefault(each["user"]["id"], {})[role["id"]] = name
        return found

    @cached_property
    def role_inferences(self) -> JsonList:
        """Which roles (``prior_role``) imply which others directly.

        Nothing before Newton, which has no such thing.
        """
        found = self.cloud.find("identity", "/role_inferences") or {"role_inferences": []}
        return [*found["role_inferences"]]

    @cached_property
    def implied_roles(self) -> dict[str, set[str]]:
        """The names of the roles that a role implies, directly or not, by its name."""
        direct = {
            each["prior_role"]["name"]: {role["name"] for role in each["implies"]}
            for each in self.role_inferences
        }
        return {name: _closure(name, direct) for name in direct}

    @property
    def subproject_assignments(self) -> JsonList:
        """What users with a role on the project itself may do only in its subprojects."""
        return [
            each
            for each in self.all_role_assignments
            if INHERITED_TO in each["scope"] and each.get("user", {}).get("id") in self.users
        ]

    @cached_property
    def project(self) -> Json:
        """The tenant's project as Keystone shows it."""
        return self.cloud.get("identity", f"/projects/{self.tenant.id}", "project")

    @cached_property
    def scopes_above(self) -> Scopes:
        """The projects above the tenant's, nearest first, then its domain: kind, id and name."""
        found: Scopes = []
        project = self.project
        domain_id = str(project["domain_id"])
        # a project at the top has its domain for a parent, and none in the oldest clouds
        while (above := project.get("parent_id")) and above != domain_id:
            project = self.cloud.get("identity", f"/projects/{above}", "project")
            found.append(("project", above, project["name"]))
        return [*found, ("domain", domain_id, self.domains.get(domain_id) or domain_id)]

    @property
    def group_assignments(self) -> JsonList:
        """What groups may do in the project, or only in its subprojects."""
        inherited = [each for each in self.all_role_assignments if INHERITED_TO in each["scope"]]
        own = (each for each in self.role_assignments if "group" in each)
        below = (each for each in inherited if "group" in each and not is_of_nobody(each))
        return [*own, *below]

    @property
    def groups(self) -> dict[str, str]:
        """Names by id of the groups that have a role on the project."""
        return {each["group"]["id"]: each["group"]["name"] for each in self.group_assignments}

    def members_of(self, group_id: str) -> JsonList:
        """Return the users in a group."""
        return self.list("identity", f"/groups/{group_id}/users", "users")

    def is_crowd(self, group_id: str) -> bool:
        """Return whether a group has more than ``MOST_MEMBERS``."""
        return len(self.members_of(group_id)) > MOST_MEMBERS

    def assignments_of(self, user_id: str) -> JsonList:
        """Return what is assigned on the project to a user, or to a group that it is in."""
        return [
            each
            for each in self.role_assignments
            if each.get("user", {}).get("id") == user_id
            or any(user["id"] == user_id for user in self._members_by(each))
        ]

    def _members_by(self, assignment: Json) -> JsonList:
        """Return who has the role of an assignment by its group; nobody by a user's own."""
        return self.members_of(assignment["group"]["id"]) if "group" in assignment else []

    @property
    def all_role_assignments(self) -> JsonList:
        """All assignments that Keystone has for the project, as they are now."""
        return self.list(
            "identity",
            "/role_assignments",
            "role_assignments",
            **{"scope.project.id": self.tenant.id, "include_names": "true"},
        )

    @property
    def domains(self) -> dict[str, str]:
        """Names of the cloud's domains by id."""
        return {d["id"]: d["name"] for d in self.list("identity", "/domains", "domains")}

    @cached_property
    def users(self) -> dict[str, str]:
        """Names by id of the users with a role on the project, of their own or by a group.

        A group with more than ``MOST_MEMBERS`` may be a whole company: its members are none of
        them by it.
        """
        own = (each["user"] for each in self.role_assignments if "user" in each)
        groups = {each["group"]["id"] for each in self.role_assignments if "group" in each}
        small = (id_ for id_ in sorted(groups) if not self.is_crowd(id_))
        by_groups = (user for id_ in small for user in self.members_of(id_))
        return {user["id"]: user["name"] for user in (*by_groups, *own)}


def _closure(name: str, direct: Mapping[str, set[str]]) -> set[str]:
    found: set[str] = set()
    pending = {name}
    while pending:
        pending = {each for role in pending for each in direct.get(role, ())} - found
        found |= pending
    return found


def is_of_nobody(assignment: Json) -> bool:
    """Return whether the user or group of an assignment no longer exists in its directory.

    Keystone keeps such assignments, and then tells an empty name.
    """
    actor = assignment.get("user") or assignment.get("group") or {}
    return actor.get("name") == ""
