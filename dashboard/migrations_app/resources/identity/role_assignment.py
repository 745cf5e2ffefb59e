"""Role assignments: which user has which role on the project."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.identity.common.assignment_ids import (
    actor_of,
    assignment_id,
    id_of,
)
from dashboard.migrations_app.resources.identity.common.assignments import Assignment
from dashboard.migrations_app.resources.identity.common.effective_roles import (
    BY_GROUPS,
    EFFECTIVE,
    GIVEN,
    effective_differences,
    effective_losses,
    roles_of,
)
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO, is_of_nobody
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    INFO,
    WARN,
    Decision,
    DecisionLookup,
    Difference,
    Finding,
    IdLookup,
    LeftOut,
    Loss,
    Record,
)


class RoleAssignment(Assignment):
    """A user's role on the project. It is identified by the ids of all three."""

    name = "role_assignment"
    plural = "role assignments"
    actor = "user"
    needs = ("project", "user", "role", "implied_role", "group")
    mapped = {"user_id": "user", "role_id": "role"}
    own = (EFFECTIVE, GIVEN, BY_GROUPS)

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return the assignments to users.

        Those that only subprojects inherit are among them, and those that the project inherits, for
        users who have a role on the project itself: others do not move.
        """
        for assignment in (*reader.role_assignments, *reader.subproject_assignments):
            if "user" in assignment and "project" in assignment["scope"]:
                yield self.record(assignment, reader)
        yield from self.given_above(reader)

    @override
    def record(self, assignment: Json, reader: TenantReader, place: str = "") -> Record:
        """Return the record of an assignment, with all that its user may do."""
        record = super().record(assignment, reader, place)
        return replace(
            record, fields={**record.fields, **roles_of(assignment["user"]["id"], reader)}
        )

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
        project_id = record.id.replace("/", ":").split(":")[-1]
        losses = [*decision.losses, *effective_losses(record, decision_of, project_id)]
        return replace(decision, losses=losses)

    @override
    def check(
        self, records: Sequence[Record], source: TenantReader, destination: TenantReader
    ) -> Iterable[tuple[Record | None, Finding]]:
        moving = (*source.subproject_assignments, *source.group_assignments)
        carried = {id_of(each, source.tenant.id) for each in moving}
        for assignment in source.all_role_assignments:
            if id_of(assignment, source.tenant.id) in carried:
                continue
            if finding := _without_effect(assignment):
                yield None, finding
        if not source.users:
            yield None, Finding(severity=INFO, sentence="No user has a role on the project itself.")

    @override
    def differences(
        self, source: Record, destination: Record, destination_id_of: IdLookup
    ) -> Iterable[Difference]:
        yield from super().differences(source, destination, destination_id_of)
        yield from effective_differences(source, destination, destination_id_of)


def _without_effect(assignment: Json) -> Finding | None:
    """Return what is not migrated because it gives nobody a right in the project itself."""
    kind = actor_of(assignment)
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
