"""The tenant itself: a Keystone project."""

from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    COMPLETE,
    EVERYTHING,
    MARKER,
    Decision,
    FoundBy,
    Record,
    Ref,
    Stage,
    renamed,
)
from dashboard.migrations_app.resources.work import Work


class Project(ResourceType):
    """A Keystone project, and the operator's temporary role in it while the tenant moves."""

    name = "project"
    plural = "projects"
    found_by = FoundBy.MARKER
    choice = "adopt, to move into the project of that name there, or another name"
    copied = ("name", "description", "enabled")
    own = ("id", "domain_id", "links", "options", MARKER)
    lost = {
        "parent_id": "The project is created directly in its domain.",
        "tags": "Tags of projects are not carried.",
        "is_domain": "A project that acts as a domain becomes an ordinary one.",
    }
    stages = (
        Stage(name="create", verb="Create"),
        Stage(name="enter", verb="Give the operator a temporary role in", for_adopted=True),
        Stage(
            name="leave",
            verb="Take back the operator's role in",
            phase=COMPLETE,
            soft=True,
            for_adopted=True,
        ),
    )
    ready = "enter"

    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the one project."""
        fields = reader.cloud.get("identity", f"/projects/{reader.tenant.id}", "project")
        # a project at the top of its domain names the domain as its parent
        if fields.get("parent_id") == fields["domain_id"]:
            fields = {**fields, "parent_id": None}
        yield Record(type=self.name, id=fields["id"], name=fields["name"], fields=fields)

    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Create it, unless one of its name is there: then the operator has to choose."""
        domain_id = _domain_id(reader)
        if not domain_id:
            return Decision(
                problem=f"Cloud {reader.cloud.name} has no domain {reader.tenant.domain_name!r}.",
                fix="Create the domain there, then plan again.",
            )
        name = record.name if choice in ("", "adopt") else choice
        existing = reader.list("identity", "/projects", "projects", name=name, domain_id=domain_id)
        if not existing:
            resolution = {"name": name, "domain_id": domain_id}
            return Decision(resolution=resolution, losses=renamed(record, name))
        if choice == "adopt":
            return Decision(
                action=ADOPT, destination_id=existing[0]["id"], resolution={"adopted": True}
            )
        return Decision(
            problem=f"Cloud {reader.cloud.name} has a project {name!r} already.",
            fix=f"Map project:{record.name}=adopt to move into it, or give another name.",
        )

    def follows(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        """The operator leaves when everything else is settled."""
        return {"leave": [Ref(EVERYTHING, "")]}

    def find(self, work: Work) -> str | None:
        """Look for the marker among projects of that name."""
        name = work.resolution["name"]
        found = work.destination.list("identity", "/projects", "projects", name=name)
        return next((p["id"] for p in found if p.get(MARKER) == work.record.id), None)

    def create(self, work: Work) -> str:
        """Create the project in the domain of the same name; Keystone keeps unknown attributes."""
        body: Json = {
            **only_set(work.record.fields, self.copied),
            "name": work.resolution["name"],
            # disabled projects let nobody in, not even us: it is disabled when we leave
            "enabled": True,
            "domain_id": work.resolution["domain_id"],
            MARKER: work.record.id,
        }
        created = work.destination.post("identity", "/projects", {"project": body}, "project")
        return str(created["id"])

    def enter(self, work: Work) -> None:
        """Return the operator the role in the project by which he acts where no owner can."""
        cloud = work.destination
        role_id = _operator_role(cloud.roles)
        if work.resolution.get("adopted") and role_id in _held_roles(work):
            return
        work.save(temporary_role=role_id)
        cloud.put("identity", _grant(work.destination_id, cloud.user_id, role_id))

    def undo_enter(self, work: Work) -> None:
        """Take the temporary role back."""
        if role_id := work.stage_data.get("temporary_role"):
            user_id = work.destination.user_id
            work.destination.delete("identity", _grant(work.destination_id, user_id, role_id))
            work.save(temporary_role="")

    def leave(self, work: Work) -> None:
        """Take the temporary role back, and disable the project if the source's is disabled."""
        self.undo_enter(work)
        if work.record.fields.get("enabled") is False and not work.resolution.get("adopted"):
            path = f"/projects/{work.destination_id}"
            work.destination.patch("identity", path, {"project": {"enabled": False}})

    def remove(self, work: Work) -> None:
        """Delete the project from the destination."""
        work.destination.delete("identity", f"/projects/{work.destination_id}")

    def finalize(self, work: Work) -> None:
        """Delete the project from the source."""
        work.source.delete("identity", f"/projects/{work.record.id}")


def _domain_id(reader: TenantReader) -> str:
    by_name = {name: domain_id for domain_id, name in reader.domains.items()}
    return by_name.get(reader.tenant.domain_name, "")


def _held_roles(work: Work) -> set[str]:
    """Return the roles that the operator has in a project that was there before us."""
    held = work.destination.list(
        "identity",
        "/role_assignments",
        "role_assignments",
        **{"scope.project.id": work.destination_id, "user.id": work.destination.user_id},
    )
    return {assignment["role"]["id"] for assignment in held}


def _operator_role(roles: Mapping[str, str]) -> str:
    """Choose the account's own admin role, or whichever it has."""
    named = {name: role_id for role_id, name in roles.items()}
    return named.get("admin") or next(iter(roles))


def _grant(project_id: str, user_id: str, role_id: str) -> str:
    return f"/projects/{project_id}/users/{user_id}/roles/{role_id}"
