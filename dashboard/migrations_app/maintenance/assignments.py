"""Who has which role on a project, according to Keystone; how a role is granted and revoked."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO


@dataclass(frozen=True, kw_only=True, order=True)
class Actor:
    """A user or a group; ``kind`` is Keystone's own word for it."""

    kind: str
    id: str

    def path(self, project_id: str, role_id: str) -> str:
        """Return the API's path for the actor's role on a project."""
        return f"/projects/{project_id}/{self.kind}s/{self.id}/roles/{role_id}"


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """One role of one actor. ``origin`` is where it is inherited from, "" for the project's own.

    Names are for people; they are the ids where an older Keystone tells none. ``found`` is
    Keystone's own JSON, {} for an assignment that is only intended.
    """

    actor: Actor
    actor_name: str
    role_id: str
    role_name: str
    origin: str = ""
    found: Json = field(default_factory=dict, compare=False, repr=False)

    @property
    def key(self) -> tuple[Actor, str]:
        """What identifies it: who, and which role."""
        return self.actor, self.role_id

    def __str__(self) -> str:
        return f"{self.role_name} of {self.actor.kind} {self.actor_name}"


def own_assignments(cloud: CloudSession, project_id: str) -> list[Assignment]:
    """Return the assignments on the project itself.

    Those that only its subprojects inherit have no effect in the project and are not among them.
    """
    found = _assignments(cloud, **{"scope.project.id": project_id})
    return [assignment_of(each) for each in found if INHERITED_TO not in each["scope"]]


def inherited_assignments(cloud: CloudSession, project_id: str) -> list[Assignment]:
    """Return the assignments that the project inherits from its domain and parent projects."""
    found: list[Assignment] = []
    for scope, id_, name in _above(cloud, project_id):
        given = _assignments(cloud, **{f"scope.{scope}.id": id_})
        found += [
            assignment_of(each, origin=f"{scope} {name}")
            for each in given
            if each["scope"].get(INHERITED_TO) == "projects"
        ]
    return found


def domain_assignments(cloud: CloudSession, project_id: str) -> list[Assignment]:
    """Return the assignments on the project's domain.

    Their holders may be able to grant themselves a role on the project.
    """
    domain_id = cloud.get("identity", f"/projects/{project_id}", "project")["domain_id"]
    found = _assignments(cloud, **{"scope.domain.id": domain_id})
    return [assignment_of(each) for each in found if INHERITED_TO not in each["scope"]]


def grant(cloud: CloudSession, project_id: str, actor: Actor, role_id: str) -> None:
    """Grant a role; nothing happens if the actor has it, or if actor or role no longer exist."""
    cloud.call("PUT", "identity", actor.path(project_id, role_id), missing_ok=True)


def revoke(cloud: CloudSession, project_id: str, actor: Actor, role_id: str) -> None:
    """Revoke a role; nothing happens if the actor does not have it."""
    cloud.delete("identity", actor.path(project_id, role_id))


def groups_of(cloud: CloudSession, user_id: str) -> set[str]:
    """Return the ids of the groups that a user is in."""
    return {group["id"] for group in cloud.list("identity", f"/users/{user_id}/groups", "groups")}


def _assignments(cloud: CloudSession, **query: str) -> Iterator[Json]:
    query["include_names"] = "true"
    return cloud.list("identity", "/role_assignments", "role_assignments", **query)


def assignment_of(found: Json, *, origin: str = "") -> Assignment:
    """Return what Keystone lists as an assignment."""
    kind = "user" if "user" in found else "group"
    actor, role = found[kind], found["role"]
    return Assignment(
        actor=Actor(kind=kind, id=actor["id"]),
        actor_name=actor.get("name", actor["id"]),
        role_id=role["id"],
        role_name=role.get("name", role["id"]),
        origin=origin,
        found=found,
    )


def _above(cloud: CloudSession, project_id: str) -> Iterable[tuple[str, str, str]]:
    """Yield the project's ancestors, nearest first, as (kind, id, name); the domain comes last."""
    project = cloud.get("identity", f"/projects/{project_id}", "project")
    domain_id, parent_id = project["domain_id"], project.get("parent_id")
    # a project at the top has its domain for a parent, and none in the oldest clouds
    while parent_id and parent_id != domain_id:
        parent: dict[str, Any] = cloud.get("identity", f"/projects/{parent_id}", "project")
        yield "project", parent["id"], parent["name"]
        parent_id = parent.get("parent_id")
    domain = cloud.get("identity", f"/domains/{domain_id}", "domain")
    yield "domain", domain_id, domain["name"]
