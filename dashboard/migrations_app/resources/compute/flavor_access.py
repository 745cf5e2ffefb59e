"""Access to private flavors: grants to single projects, made when these have moved."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.compute.common.flavor_access import (
    grant_access,
    projects_with_access,
    revoke_access,
)
from dashboard.migrations_app.resources.flavor_sizes import PUBLIC
from dashboard.migrations_app.resources.project_access import ProjectAccess
from dashboard.migrations_app.resources.reader import TenantReader


class FlavorAccess(ProjectAccess):
    """A project that may use a private flavor. Its id is made of the flavor's and the project's.

    The plan of either project has it: that of each tenant which uses the flavor, and that of the
    project itself, where the flavor has moved before.
    """

    name = "flavor_access"
    plural = "flavor accesses"
    granted = "flavor"
    project_field = "tenant_id"
    needs = ("project", "flavor")
    mapped = {"flavor_id": "flavor", "tenant_id": "project"}
    if_foreign = (
        "Its flavor is one of the destination's own, which the tenant's servers are let use when "
        "they boot."
    )

    @override
    def private(self, reader: TenantReader) -> Iterable[Json]:
        return [flavor for flavor in reader.flavors if not flavor[PUBLIC]]

    @override
    def deleted(self, reader: TenantReader) -> Iterable[Json]:
        """Return the flavors that are known only from the tenant's servers."""
        used = self.used(reader)
        gone = reader.deleted_flavors
        return [each for each in gone if each["id"] in used and not each[PUBLIC]]

    @override
    def used(self, reader: TenantReader) -> set[str]:
        return {reader.flavor_id(server) for server in reader.servers}

    @override
    def projects(self, cloud: CloudSession, granted_id: str) -> set[str]:
        return projects_with_access(cloud, granted_id)

    @override
    def grant(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        grant_access(cloud, granted_id, project_id)

    @override
    def revoke(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        revoke_access(cloud, granted_id, project_id)
