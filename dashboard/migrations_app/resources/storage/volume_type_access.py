"""Access to private volume types: grants to single projects, made when these have moved."""

from collections.abc import Iterable

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.project_access import ProjectAccess
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common.volume_types import (
    private_id,
    projects_with_access,
)

_SERVICE = "block_storage"


class VolumeTypeAccess(ProjectAccess):
    """A project that may use a private volume type. Its id is made of the type's and the project's.

    The plan of either project has it: that of each tenant with volumes of the type, and that of the
    project itself, where the type has moved before.
    """

    name = "volume_type_access"
    plural = "volume type accesses"
    granted = "volume_type"
    project_field = "project_id"
    needs = ("project", "volume_type")
    mapped = {"volume_type_id": "volume_type", "project_id": "project"}
    if_foreign = "Its type is not created there: the tenant's volumes get access as they need."

    @override
    def private(self, reader: TenantReader) -> Iterable[Json]:
        return filter(private_id, reader.volume_types)

    @override
    def used(self, reader: TenantReader) -> set[str]:
        """Return the ids of the types of the tenant's volumes, which tell them by name."""
        names = {volume["volume_type"] for volume in reader.volumes}
        return {each["id"] for each in reader.volume_types if each["name"] in names}

    @override
    def projects(self, cloud: CloudSession, granted_id: str) -> set[str]:
        return projects_with_access(cloud, granted_id)

    @override
    def grant(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        body = {"addProjectAccess": {"project": project_id}}
        cloud.post(_SERVICE, f"/types/{granted_id}/action", body)

    @override
    def revoke(self, cloud: CloudSession, granted_id: str, project_id: str) -> None:
        body = {"removeProjectAccess": {"project": project_id}}
        cloud.call("POST", _SERVICE, f"/types/{granted_id}/action", body=body, missing_ok=True)
