"""What grants of something private, a flavor or a volume type, to single projects have in common.

They are made when both have moved.
"""

from collections.abc import Collection, Iterable
from typing import ClassVar

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.grants import awaited_by, unless_foreign
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    Decision,
    DecisionLookup,
    FoundBy,
    Record,
)
from dashboard.migrations_app.resources.work import Work


class ProjectAccess(ResourceType):
    """A project that may use something private. Its id is made of both ids.

    A subclass describes the private objects of one type, and grants and revokes.
    """

    # the pair of ids: a project has access once
    found_by = FoundBy.LEDGER
    granted: ClassVar[str]
    """The type of the private object; the grant has its id in the field ``<granted>_id``."""
    project_field: ClassVar[str]
    """The field with the id of the project, as the API calls it."""
    if_foreign: ClassVar[str]
    """Why the grant is left alone where the private object is one of the destination's own."""

    def private(self, reader: TenantReader) -> Iterable[Json]:
        """Return the private objects that are there."""
        raise NotImplementedError

    def deleted(self, reader: TenantReader) -> Iterable[Json]:
        """Return the private objects that the tenant uses although they have been deleted."""
        return ()

    def used(self, reader: TenantReader) -> set[str]:
        """Return the ids of those that the tenant uses, private or not."""
        raise NotImplementedError

    def projects(self, cloud: CloudSession, granted_id: str) -> set[str]:
        """Return the ids of the projects with access to a private object that is there."""
        raise NotImplementedError

    def grant(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        """Grant a project access."""
        raise NotImplementedError

    def revoke(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        """Revoke a project's access; nothing happens if it has none."""
        raise NotImplementedError

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return who may use what the tenant uses, and what moved objects it may use."""
        used = self.used(reader)
        moved = {*reader.migrated_of(self.granted)} - used
        for each in self.private(reader):
            if each["id"] in used | moved:
                for project_id in sorted(self.projects(reader.cloud, each["id"])):
                    if each["id"] in used or project_id == reader.tenant.id:
                        yield from self._records(reader, each, project_id)
        for each in self.deleted(reader):
            yield from self._records(reader, each, reader.tenant.id)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        granted_ids = {id_.partition(":")[0] for id_ in ids}
        for each in self.private(reader):
            if each["id"] in granted_ids:
                for project_id in self.projects(reader.cloud, each["id"]):
                    record = self._record(reader, each, project_id, "")
                    if record.id in ids:
                        yield record

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Wait for a project to move; its own plan, or the next one of this tenant, has it then.

        What moved before may have been granted to it: by an older version, or with a server.
        """
        there = reader.destination_ids
        granted_id = there.get((self.granted, record.fields[f"{self.granted}_id"]), "")
        project_id = there.get(("project", record.fields[self.project_field]), "")
        private = {each["id"] for each in self.private(reader)}
        if granted_id in private and project_id in self.projects(reader.cloud, granted_id):
            return Decision(action=ADOPT, destination_id=f"{granted_id}:{project_id}")
        if not record.shared or project_id:
            return Decision()
        return awaited_by(record)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave alone who may use what is not this installation's own there."""
        granted = decision_of(self.granted, record.fields[f"{self.granted}_id"])
        return unless_foreign(decision, granted, self.if_foreign)

    @override
    def find(self, work: Work) -> str | None:
        granted_id, project_id = self._ids(work)
        is_there = project_id in self.projects(work.destination, granted_id)
        return f"{granted_id}:{project_id}" if is_there else None

    @override
    def create(self, work: Work) -> str:
        granted_id, project_id = self._ids(work)
        self.grant(work.destination, granted_id, project_id)
        return f"{granted_id}:{project_id}"

    @override
    def remove(self, work: Work) -> None:
        granted_id, _, project_id = work.destination_id.partition(":")
        self.revoke(work.destination, granted_id, project_id)

    def _ids(self, work: Work) -> tuple[str, str]:
        fields = work.record.fields
        granted_id = work.destination_id_of(self.granted, fields[f"{self.granted}_id"])
        return granted_id, work.destination_id_of("project", fields[self.project_field])

    def _records(self, reader: TenantReader, granted: Json, project_id: str) -> Iterable[Record]:
        """Return the grant, none for a project that was deleted: what that could use is kept."""
        listed = reader.list("identity", "/projects", "projects")
        names = [project["name"] for project in listed if project["id"] == project_id]
        return [self._record(reader, granted, project_id, name) for name in names]

    def _record(self, reader: TenantReader, granted: Json, project_id: str, project: str) -> Record:
        return Record(
            type=self.name,
            id=f"{granted['id']}:{project_id}",
            name=f"{granted['name']} for {project or project_id}",
            fields={f"{self.granted}_id": granted["id"], self.project_field: project_id},
            shared=project_id != reader.tenant.id,
        )
