"""Who may use a private volume type: projects that have been given access."""

from collections.abc import Mapping
from typing import Any

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"
# stage data: the type that the tenant could not use before
OPENED = "opened_type"
_PUBLIC = ("is_public", "os-volume-type-access:is_public")


def private_id(type_: Mapping[str, Any] | None) -> str:
    """Return the id of a volume type if it is private, else ""; None is the default type."""
    if type_ is None or all(type_.get(name, True) for name in _PUBLIC):
        return ""
    return str(type_["id"])


def grant_access(work: Work) -> None:
    """Grant the tenant's project access to the private type that its volume gets."""
    type_id = work.resolution.get("private_type")
    if not type_id or _has_access(work, type_id):
        return
    work.save(**{OPENED: type_id})
    body = {"addProjectAccess": {"project": work.project_id}}
    try:
        work.destination.post(_SERVICE, f"/types/{type_id}/action", body)
    except NeedsOperator:
        # another volume's step may have granted it a moment ago
        work.save(**{OPENED: ""})
        if not _has_access(work, type_id):
            raise


def revoke_access(work: Work) -> None:
    """Revoke the access that ``grant_access`` gave; nothing happens if it has been revoked."""
    if type_id := work.stage_data.get(OPENED):
        body = {"removeProjectAccess": {"project": work.project_id}}
        path = f"/types/{type_id}/action"
        work.destination.call("POST", _SERVICE, path, body=body, missing_ok=True)
        work.save(**{OPENED: ""})


def _has_access(work: Work, type_id: str) -> bool:
    path, key = f"/types/{type_id}/os-volume-type-access", "volume_type_access"
    listed = work.destination.list(_SERVICE, path, key)
    return work.project_id in {each["project_id"] for each in listed}
