"""Who may use a private volume type: projects that have been given access."""

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.storage.common.volume_types import (
    private_id,
    projects_with_access,
)
from dashboard.migrations_app.resources.storage.volume.placing import CREATED, PRIVATE
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
# stage data: the type that the tenant could not use before
OPENED = "opened_type"


def grant_access(work: Work) -> None:
    """Grant the tenant's project access to the private type that its volume gets."""
    type_id = _private_type(work)
    if not type_id or work.project_id in projects_with_access(work.destination, type_id):
        return
    work.save(**{OPENED: type_id})
    body = {"addProjectAccess": {"project": work.project_id}}
    try:
        work.destination.post(_SERVICE, f"/types/{type_id}/action", body)
    except NeedsOperator:
        # another volume's step may have granted it a moment ago
        work.save(**{OPENED: ""})
        if work.project_id not in projects_with_access(work.destination, type_id):
            raise


def revoke_access(work: Work) -> None:
    """Revoke the access that ``grant_access`` gave; nothing happens if it has been revoked."""
    if type_id := work.stage_data.get(OPENED):
        body = {"removeProjectAccess": {"project": work.project_id}}
        path = f"/types/{type_id}/action"
        work.destination.call("POST", _SERVICE, path, body=body, missing_ok=True)
        work.save(**{OPENED: ""})


def _private_type(work: Work) -> str:
    """Return the id of the type that the volume gets, if it is private."""
    if not work.resolution.get(CREATED):
        return str(work.resolution.get(PRIVATE) or "")
    id_ = work.destination_id_of("volume_type", work.record.fields["volume_type_id"])
    return private_id(work.destination.get(_SERVICE, f"/types/{id_}", "volume_type"))
