"""Access to private volume types: grants to single projects, made when these have moved."""

from collections.abc import Collection, Iterable

from typing_extensions import override

from dashboard.clients.openstack import Json
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
from dashboard.migrations_app.resources.storage.common.volume_types import (
    private_id,
    projects_with_access,
)
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"


class VolumeTypeAccess(ResourceType):
    """A project that may use a private volume type. Its id is made of the type's and the project's.

    The plan of either project has it: that of each tenant with volumes of the type, and that of the
    project itself, where the type has moved before.
    """

    name = "volume_type_access"
    plural = "volume type accesses"
    # the pair of ids: a project has access once
    found_by = FoundBy.LEDGER
    needs = ("project", "volume_type")
    mapped = {"volume_type_id": "volume_type", "project_id": "project"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return who may use the private types of the tenant's volumes, and what it may use."""
        used = {volume["volume_type"] for volume in reader.volumes}
        moved = {*reader.migrated_of("volume_type")}
        for type_ in filter(private_id, reader.volume_types):
            is_used = type_["name"] in used
            if is_used or type_["id"] in moved:
                for project_id in sorted(projects_with_access(reader.cloud, type_["id"])):
                    if is_used or project_id == reader.tenant.id:
                        yield from _records(reader, type_, project_id)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        type_ids = {id_.partition(":")[0] for id_ in ids}
        for type_ in filter(private_id, reader.volume_types):
            if type_["id"] in type_ids:
                for project_id in projects_with_access(reader.cloud, type_["id"]):
                    record = _record(reader, type_, project_id, "")
                    if record.id in ids:
                        yield record

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Wait for a project to move; its own plan, or the next one of this tenant, has it then."""
        type_id = reader.destination_ids.get(("volume_type", record.fields["volume_type_id"]), "")
        project_id = reader.destination_ids.get(("project", record.fields["project_id"]), "")
        private = {type_["id"] for type_ in filter(private_id, reader.volume_types)}
        if type_id in private and project_id in projects_with_access(reader.cloud, type_id):
            return Decision(action=ADOPT, destination_id=f"{type_id}:{project_id}")
        if not record.shared or project_id:
            return Decision()
        return awaited_by(record)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave alone who may use a type that is not this installation's own there."""
        type_ = decision_of("volume_type", record.fields["volume_type_id"])
        reason = "Its type is not created there: the tenant's volumes get access as they need."
        return unless_foreign(decision, type_, reason)

    @override
    def find(self, work: Work) -> str | None:
        type_id, project_id = _ids(work)
        is_there = project_id in projects_with_access(work.destination, type_id)
        return f"{type_id}:{project_id}" if is_there else None

    @override
    def create(self, work: Work) -> str:
        type_id, project_id = _ids(work)
        body = {"addProjectAccess": {"project": project_id}}
        work.destination.post(_SERVICE, f"/types/{type_id}/action", body)
        return f"{type_id}:{project_id}"

    @override
    def remove(self, work: Work) -> None:
        type_id, _, project_id = work.destination_id.partition(":")
        body = {"removeProjectAccess": {"project": project_id}}
        path = f"/types/{type_id}/action"
        work.destination.call("POST", _SERVICE, path, body=body, missing_ok=True)


def _ids(work: Work) -> tuple[str, str]:
    fields = work.record.fields
    type_id = work.destination_id_of("volume_type", fields["volume_type_id"])
    return type_id, work.destination_id_of("project", fields["project_id"])


def _records(reader: TenantReader, type_: Json, project_id: str) -> Iterable[Record]:
    """Return the grant, none for a project that was deleted: Cinder keeps what that could use."""
    listed = reader.list("identity", "/projects", "projects")
    names = [project["name"] for project in listed if project["id"] == project_id]
    return [_record(reader, type_, project_id, name) for name in names]


def _record(reader: TenantReader, type_: Json, project_id: str, project: str) -> Record:
    return Record(
        type="volume_type_access",
        id=f"{type_['id']}:{project_id}",
        name=f"{type_['name']} for {project or project_id}",
        fields={"volume_type_id": type_["id"], "project_id": project_id},
        shared=project_id != reader.tenant.id,
    )
