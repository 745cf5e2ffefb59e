"""Role assignments: which user has which role on the project."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.assignment_ids import (
    assignment_id,
    assignment_path,
    id_of,
)
from dashboard.migrations_app.resources.identity.common.effective_roles import (
    EFFECTIVE,
    GIVEN,
    effective_differences,
    effective_losses,
    roles_of,
)
from dashboard.migrations_app.resources.reader import INHERITED_TO, TenantReader, is_of_nobody
from dashboard.migrations_app.resources.records import (
    INFO,
    WARN,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    FoundBy,
    IdLookup,
    LeftOut,
    Loss,
    Record,
    Ref,
)
from dashboard.migrations_app.resources.work import Work

_INHERITED = "inherited"


class RoleAssignment(ResourceType):
    """A user's role on the project. It is identified by the ids of all three."""

    name = "role_assignment"
    plural = "role assignments"
    # there is nothing to put a marker on
    found_by = FoundBy.LEDGER
    needs = ("project", "user", "role")
    copied = (_INHERITED,)
    mapped = {"user_id": "user", "role_id": "role"}
    own = (EFFECTIVE, GIVEN)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the assignments to users; preflight warns of those to groups.

        Those that only subprojects inherit are among them, for users who have a role on the project
        itself: others do not move.
        """
        for assignment in (*reader.role_assignments, *reader.subproject_assignments):
            if "user" in assignment and "project" in assignment["scope"]:
                yield _record(assignment, reader)

    @override
    def without(
        self, record: Record, left_out: LeftOut, reader: TenantReader
    ) -> tuple[Record, Sequence[Loss]]:
        """Return the assignment without those roles of its user that are left out."""
        user_id, project_id = record.fields["user_id"], reader.tenant.id
        given = {
            role_id: name
            for role_id, name in record.fields.get(GIVEN, {}).items()
            if not left_out(self.name, assignment_id(user_id, role_id, project_id))
        }
        return replace(record, fields={**record.fields, GIVEN: given}), ()

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Add the loss of what the user will be permitted otherwise."""
        losses = [*decision.losses, *effective_losses(record, decision_of)]
        return replace(decision, losses=losses)

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
    def accompanies(self, record: Record, reader: TenantReader) -> Iterable[Ref]:
        return [Ref("user", record.fields["user_id"])]

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        groups = sorted({a["group"]["name"] for a in source.role_assignments if "group" in a})
        for group in groups:
            yield None, _group_stays(group)
        carried = {id_of(each, source.tenant.id) for each in source.subproject_assignments}
        for assignment in source.all_role_assignments:
            if "user" in assignment and id_of(assignment, source.tenant.id) in carried:
                continue
            if finding := _without_effect(assignment):
                yield None, finding
        if not source.users:
            yield None, Finding(severity=INFO, sentence="No user has a role on the project itself.")

    @override
    def find(self, work: Work) -> str | None:
        """Return the assignment if the user has it: granting a role again changes nothing."""
        wanted = _id_there(work)
        user_id, role_id = _ids(work)
        query = {"scope.project.id": work.project_id, "user.id": user_id, "role.id": role_id}
        found = work.destination.list("identity", "/role_assignments", "role_assignments", **query)
        return wanted if wanted in {id_of(each, work.project_id) for each in found} else None

    @override
    def create(self, work: Work) -> str:
        id_ = _id_there(work)
        work.destination.put("identity", assignment_path(id_))
        return id_

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", assignment_path(work.destination_id))

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        yield from super().differences(source, destination, destination_id_of)
        yield from effective_differences(source, destination, destination_id_of)


def _ids(work: Work) -> tuple[str, str]:
    """Return the destination's ids of the user and the role."""
    fields = work.record.fields
    user_id = work.destination_id_of("user", fields["user_id"])
    return user_id, work.destination_id_of("role", fields["role_id"])


def _id_there(work: Work) -> str:
    inherited = bool(work.record.fields.get(_INHERITED))
    return assignment_id(*_ids(work), work.project_id, inherited=inherited)


def _record(assignment: Json, reader: TenantReader) -> Record:
    user, role = assignment["user"], assignment["role"]
    inherited = INHERITED_TO in assignment["scope"]
    where = " in subprojects" if inherited else ""
    return Record(
        type="role_assignment",
        id=id_of(assignment, reader.tenant.id),
        name=f"{user['name']} as {role['name']}{where}",
        fields={
            "user_id": user["id"],
            "role_id": role["id"],
            _INHERITED: inherited,
            **roles_of(user["id"], reader),
        },
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
