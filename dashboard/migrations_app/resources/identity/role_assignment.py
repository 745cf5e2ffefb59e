"""Role assignments: which user has which role on the project."""

from collections.abc import Iterable, Mapping, Sequence

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.reader import INHERITED_TO, TenantReader, is_of_nobody
from dashboard.migrations_app.resources.records import (
    INFO,
    WARN,
    Finding,
    FoundBy,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work


class RoleAssignment(ResourceType):
    """A user's role on the project. It is identified by the ids of all three."""

    name = "role_assignment"
    plural = "role assignments"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    needs = ("project", "user", "role")
    mapped = {"user_id": "user", "role_id": "role"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the assignments to users; preflight warns of those to groups."""
        for assignment in reader.role_assignments:
            if "user" in assignment and "project" in assignment["scope"]:
                yield _record(assignment, reader.tenant.id)

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return {
            "create": [
                Ref("project", reader.tenant.id, "create"),
                Ref("user", record.fields["user_id"]),
                Ref("role", record.fields["role_id"]),
            ]
        }

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        groups = sorted({a["group"]["name"] for a in source.role_assignments if "group" in a})
        for group in groups:
            yield None, _group_stays(group)
        for assignment in source.all_role_assignments:
            if finding := _without_effect(assignment):
                yield None, finding
        if not source.users:
            yield None, Finding(severity=INFO, sentence="No user has a role on the project itself.")

    @override
    def find(self, work: Work) -> str | None:
        """Return the assignment if the user has it: granting a role again changes nothing."""
        user_id, role_id = _ids(work)
        query = {"scope.project.id": work.project_id, "user.id": user_id, "role.id": role_id}
        found = work.destination.list("identity", "/role_assignments", "role_assignments", **query)
        direct = any("OS-INHERIT:inherited_to" not in each["scope"] for each in found)
        return assignment_id(user_id, role_id, work.project_id) if direct else None

    @override
    def create(self, work: Work) -> str:
        user_id, role_id = _ids(work)
        work.destination.put("identity", _path(work.project_id, user_id, role_id))
        return assignment_id(user_id, role_id, work.project_id)

    @override
    def remove(self, work: Work) -> None:
        user_id, role_id, project_id = work.destination_id.split(":")
        work.destination.delete("identity", _path(project_id, user_id, role_id))


def assignment_id(user_id: str, role_id: str, project_id: str) -> str:
    """Return what identifies an assignment. Two tenants may have the same user in the same role."""
    return f"{user_id}:{role_id}:{project_id}"


def _ids(work: Work) -> tuple[str, str]:
    """Return the destination's ids of the user and the role."""
    fields = work.record.fields
    user_id = work.destination_id_of("user", fields["user_id"])
    return user_id, work.destination_id_of("role", fields["role_id"])


def _path(project_id: str, user_id: str, role_id: str) -> str:
    return f"/projects/{project_id}/users/{user_id}/roles/{role_id}"


def _record(assignment: Json, project_id: str) -> Record:
    user, role = assignment["user"], assignment["role"]
    return Record(
        type="role_assignment",
        id=assignment_id(user["id"], role["id"], project_id),
        name=f"{user['name']} as {role['name']}",
        fields={"user_id": user["id"], "role_id": role["id"]},
    )


def _without_effect(assignment: Json) -> Finding | None:
    """Return what is not migrated because it gives nobody a right in the project itself."""
    kind = "user" if "user" in assignment else "group"
    actor, role = assignment[kind], assignment["role"]["name"]
    if is_of_nobody(assignment):
        return Finding(
            severity=WARN,
            sentence=f"The {kind} {actor['id']}, who has the role {role} on the project, is not in "
            "its directory any more: the role is not migrated.",
            fix="Nothing is to be done if it was deleted there; else bring the directory back and "
            "plan again.",
        )
    if INHERITED_TO in assignment["scope"]:
        return Finding(
            severity=WARN,
            sentence=f"The {kind} {actor['name']} has the role {role} only in the subprojects of "
            "the project: the role is not migrated.",
            fix="Grant it on the destination where it is needed.",
        )
    return None


def _group_stays(group: str) -> Finding:
    return Finding(
        severity=WARN,
        sentence=f"Group {group!r} has a role on the project; groups are not migrated.",
        fix="Grant the group its role on the destination after the move.",
    )
