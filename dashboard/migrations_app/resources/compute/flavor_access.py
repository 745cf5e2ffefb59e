"""Access to private flavors: grants to single projects, made when these have moved."""

from collections.abc import Collection, Iterable

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.base import ResourceType
from dashboard.migrations_app.resources.compute.common.flavor_access import (
    grant_access,
    projects_with_access,
    revoke_access,
)
from dashboard.migrations_app.resources.flavor_sizes import DELETED, PUBLIC
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


class FlavorAccess(ResourceType):
    """A project that may use a private flavor. Its id is made of the flavor's and the project's.

    The plan of either project has it: that of each tenant which uses the flavor, and that of the
    project itself, where the flavor has moved before.
    """

    name = "flavor_access"
    plural = "flavor accesses"
    # the pair of ids: a project has access once
    found_by = FoundBy.LEDGER
    needs = ("project", "flavor")
    mapped = {"flavor_id": "flavor", "tenant_id": "project"}

    @override
    def discover(self, reader: TenantReader) -> Iterable[Record]:
        """Return who may use the tenant's private flavors, and what moved ones it may use."""
        used = {reader.flavor_id(server) for server in reader.servers}
        moved = {*reader.migrated_of("flavor")} - used
        for flavor in [*reader.flavors, *reader.deleted_flavors]:
            if not flavor[PUBLIC] and flavor["id"] in used | moved:
                for project_id in _projects(reader, flavor):
                    if flavor["id"] in used or project_id == reader.tenant.id:
                        yield from _records(reader, flavor, project_id)

    @override
    def reread(self, reader: TenantReader, ids: Collection[str]) -> Iterable[Record]:
        flavor_ids = {id_.partition(":")[0] for id_ in ids}
        for flavor in reader.flavors:
            if flavor["id"] in flavor_ids and not flavor[PUBLIC]:
                found = (
                    _record(reader, flavor, project_id, "")
                    for project_id in projects_with_access(reader.cloud, flavor["id"])
                )
                yield from (record for record in found if record.id in ids)

    @override
    def decide(self, record: Record, choice: str, reader: TenantReader) -> Decision:
        """Wait for a project to move; its own plan, or the next one of this tenant, has it then.

        A flavor that moved before may have been given to it: by an older version, or by a server.
        """
        flavor_id = reader.destination_ids.get(("flavor", record.fields["flavor_id"]), "")
        project_id = reader.destination_ids.get(("project", record.fields["tenant_id"]), "")
        if flavor_id and project_id in _projects_there(reader, flavor_id):
            return Decision(action=ADOPT, destination_id=f"{flavor_id}:{project_id}")
        if not record.shared or project_id:
            return Decision()
        return awaited_by(record)

    @override
    def resolve_dependencies(
        self, record: Record, decision: Decision, decision_of: DecisionLookup
    ) -> Decision:
        """Leave alone who may use a flavor that is not this installation's own there."""
        flavor = decision_of("flavor", record.fields["flavor_id"])
        reason = "Its flavor is one of the destination's own, which the tenant's servers are "
        return unless_foreign(decision, flavor, f"{reason}let use when they boot.")

    @override
    def find(self, work: Work) -> str | None:
        flavor_id, project_id = _ids(work)
        is_there = project_id in projects_with_access(work.destination, flavor_id)
        return f"{flavor_id}:{project_id}" if is_there else None

    @override
    def create(self, work: Work) -> str:
        flavor_id, project_id = _ids(work)
        grant_access(work.destination, flavor_id, project_id)
        return f"{flavor_id}:{project_id}"

    @override
    def remove(self, work: Work) -> None:
        flavor_id, _, project_id = work.destination_id.partition(":")
        revoke_access(work.destination, flavor_id, project_id)


def _ids(work: Work) -> tuple[str, str]:
    fields = work.record.fields
    flavor_id = work.destination_id_of("flavor", fields["flavor_id"])
    return flavor_id, work.destination_id_of("project", fields["tenant_id"])


def _projects_there(reader: TenantReader, flavor_id: str) -> set[str]:
    """Return who may use a flavor of the destination, nobody if it is public or gone."""
    listed = [flavor for flavor in reader.flavors if flavor["id"] == flavor_id]
    is_private = bool(listed) and not listed[0][PUBLIC]
    return projects_with_access(reader.cloud, flavor_id) if is_private else set()


def _projects(reader: TenantReader, flavor: Json) -> Iterable[str]:
    """Return the projects with access in a fixed order; of a deleted flavor it is the tenant."""
    if flavor.get(DELETED):
        return [reader.tenant.id]
    return sorted(projects_with_access(reader.cloud, flavor["id"]))


def _records(reader: TenantReader, flavor: Json, project_id: str) -> Iterable[Record]:
    """Return the grant, none for a project that was deleted: Nova keeps what that could use."""
    listed = reader.list("identity", "/projects", "projects")
    names = [project["name"] for project in listed if project["id"] == project_id]
    return [_record(reader, flavor, project_id, name) for name in names]


def _record(reader: TenantReader, flavor: Json, project_id: str, project: str) -> Record:
    return Record(
        type="flavor_access",
        id=f"{flavor['id']}:{project_id}",
        name=f"{flavor['name']} for {project or project_id}",
        fields={"flavor_id": flavor["id"], "tenant_id": project_id},
        shared=project_id != reader.tenant.id,
    )
