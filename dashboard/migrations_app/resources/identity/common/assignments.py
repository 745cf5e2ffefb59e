"""What role assignments of users and of groups have in common."""

from collections.abc import Iterable, Mapping, Sequence
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.identity.common.assignment_ids import (
    assignment_id,
    assignment_path,
    id_of,
)
from dashboard.migrations_app.resources.identity.common.roles_from_above import (
    INHERITED_FROM,
    roles_from_above,
)
from dashboard.migrations_app.resources.identity_reader import INHERITED_TO
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import ADOPT, Decision, FoundBy, Record, Ref
from dashboard.migrations_app.resources.work import Work

INHERITED = "inherited"


class Assignment(ResourceType):
    """A role on the project. It is identified by the ids of actor, role and project."""

    # there is nothing to put a marker on
    found_by: ClassVar[FoundBy] = FoundBy.LEDGER
    # who has the role: ``user`` or ``group``
    actor: ClassVar[str]
    copied = (INHERITED,)
    lost = {
        INHERITED_FROM: "It is given in the project itself instead: where it was given it would "
        "apply to other projects as well.",
    }

    def given_above(self, reader: TenantReader) -> Iterable[Record]:
        """Return the records of assignments that the project inherits."""
        for assignment, place in roles_from_above(reader):
            if self.actor in assignment:
                yield self.record(assignment, reader, place)

    def record(self, assignment: Json, reader: TenantReader, place: str = "") -> Record:
        """Return the record of an assignment that Keystone lists; ``place`` is where it was made
        above the project."""
        actor, role = assignment[self.actor], assignment["role"]
        inherited = INHERITED_TO in assignment["scope"] and not place
        where = " in subprojects" if inherited else ""
        return Record(
            type=self.name,
            id=assignment_id(actor["id"], role["id"], reader.tenant.id, inherited=inherited),
            name=f"{actor['name']} as {role['name']}{where}",
            fields={
                f"{self.actor}_id": actor["id"],
                "role_id": role["id"],
                INHERITED: inherited,
                **({INHERITED_FROM: place} if place else {}),
            },
        )

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Leave one alone that is there: the operator has a role in the project from the move."""
        there = reader.destination_ids.get
        project_id = there(("project", record.id.replace("/", ":").split(":")[2]), "")
        actor_id = there((self.actor, record.fields[f"{self.actor}_id"]), "")
        role_id = there(("role", record.fields["role_id"]), "")
        if not (project_id and actor_id and role_id):
            return Decision()
        query = {"scope.project.id": project_id}
        found = reader.list("identity", "/role_assignments", "role_assignments", **query)
        inherited = bool(record.fields.get(INHERITED))
        wanted = assignment_id(actor_id, role_id, project_id, inherited=inherited)
        if wanted in {id_of(each, project_id) for each in found}:
            return Decision(action=ADOPT, destination_id=wanted)
        return Decision()

    @override
    def requires(self, record: Record, reader: TenantReader) -> Mapping[str, Sequence[Ref]]:
        return {
            "create": [
                Ref("project", reader.tenant.id, "create"),
                Ref(self.actor, record.fields[f"{self.actor}_id"]),
                Ref("role", record.fields["role_id"]),
            ]
        }

    @override
    def find(self, work: Work) -> str | None:
        """Return the assignment if there is one: granting a role again changes nothing."""
        wanted = self._id_there(work)
        actor_id, role_id = self._ids(work)
        query = {
            "scope.project.id": work.project_id,
            f"{self.actor}.id": actor_id,
            "role.id": role_id,
        }
        found = work.destination.list("identity", "/role_assignments", "role_assignments", **query)
        return wanted if wanted in {id_of(each, work.project_id) for each in found} else None

    @override
    def create(self, work: Work) -> str:
        id_ = self._id_there(work)
        work.destination.put("identity", assignment_path(id_, self.actor))
        return id_

    @override
    def remove(self, work: Work) -> None:
        work.destination.delete("identity", assignment_path(work.destination_id, self.actor))

    def _ids(self, work: Work) -> tuple[str, str]:
        """Return the destination's ids of the actor and the role."""
        fields = work.record.fields
        actor_id = work.destination_id_of(self.actor, fields[f"{self.actor}_id"])
        return actor_id, work.destination_id_of("role", fields["role_id"])

    def _id_there(self, work: Work) -> str:
        inherited = bool(work.record.fields.get(INHERITED))
        return assignment_id(*self._ids(work), work.project_id, inherited=inherited)
