"""Cinder's backups: made in one cloud, told to another by their record, restored there.

Drivers that write chunks (posix, NFS, Swift, S3, GCS) share one format, so that a cloud reads what
another one has written into the same store. An increment holds what has changed since its parent.
"""

import base64
import json
from collections.abc import Callable
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable

SECONDS = 6 * 3600
_SERVICE = "block_storage"
_BACKUP = "backup"

Check = Callable[[], None]


class BackupFailed(Retryable):
    """Cinder has failed to make, import or restore a backup."""


def named(cloud: CloudSession, name: str) -> Json | None:
    """Return the backup of that name in the operator's project, None without one."""
    found = cloud.list(_SERVICE, "/backups/detail", "backups", name=name)
    return next((each for each in found if each["name"] == name), None)


def make(cloud: CloudSession, name: str, *, snapshot: Json, incremental: bool) -> str:
    """Begin a backup of a snapshot, and return its id."""
    body = {"name": name, "volume_id": snapshot["volume_id"], "snapshot_id": snapshot["id"]}
    given = {_BACKUP: {**body, "incremental": incremental}}
    return str(cloud.post(_SERVICE, "/backups", given, _BACKUP)["id"])


def await_available(cloud: CloudSession, backup_id: str, *, check: Check) -> Json:
    """Return the backup once it is made, imported or restored. Raises ``BackupFailed``."""

    def made() -> Json | None:
        backup = cloud.get(_SERVICE, f"/backups/{backup_id}", _BACKUP)
        if backup["status"] == "error":
            why = str(backup.get("fail_reason") or "Cinder gave no reason")
            raise BackupFailed(f"Backup {backup_id} of cloud {cloud.name} failed: {why}.")
        return backup if backup["status"] == "available" else None

    what = f"backup {backup_id} of cloud {cloud.name}"
    return poll_until(made, what=what, seconds=SECONDS, check=check, is_urgent=True)


def record_of(cloud: CloudSession, backup_id: str) -> Json:
    """Return what a backup's record says: among others ``id``, ``parent_id`` and ``service``."""
    record: Json = json.loads(base64.b64decode(_exported(cloud, backup_id)["backup_url"]))
    return record


def bring(source: CloudSession, destination: CloudSession, backup_id: str, driver: str) -> None:
    """Have the destination know a backup of the source, as one that has no parent.

    Restoring it then writes what it holds and nothing else. ``driver`` is the one that reads it
    there, "" for that of the source. Cinder refuses an id that it knows: one that is known is
    taken, since it was brought before.
    """
    if destination.find(_SERVICE, f"/backups/{backup_id}", _BACKUP):
        return
    exported = _exported(source, backup_id)
    record = json.loads(base64.b64decode(exported["backup_url"]))
    told = {
        "backup_service": driver or _module_of(exported["backup_service"]),
        "backup_url": base64.b64encode(json.dumps({**record, "parent_id": None}).encode()).decode(),
    }
    path = "/backups/import_record"
    destination.post(_SERVICE, path, {"backup-record": told}, _BACKUP)


def restore(cloud: CloudSession, backup_id: str, volume_id: str, *, check: Check) -> None:
    """Write a backup into an available volume, and wait for it. Raises ``BackupFailed``."""
    body = {"restore": {"volume_id": volume_id}}
    if _status(cloud, volume_id) == "available":
        cloud.post(_SERVICE, f"/backups/{backup_id}/restore", body)

    def written() -> str | None:
        status = _status(cloud, volume_id)
        return None if status == "restoring-backup" else status

    what = f"backup {backup_id} to be restored on cloud {cloud.name}"
    status = poll_until(written, what=what, seconds=SECONDS, check=check, is_urgent=True)
    if status != "available":
        raise NeedsOperator(
            f"Cloud {cloud.name} failed to restore backup {backup_id}: volume {volume_id} is "
            f"{status}.",
            fix="Check the log of cinder-backup there, and that both clouds use one store; then "
            "roll back, and plan again with another data path if that does not help.",
        )


def remove(cloud: CloudSession, backup_id: str, *, check: Check) -> None:
    """Delete a backup and wait until it is gone; nothing happens if there is none."""
    path = f"/backups/{backup_id}"

    def idle() -> bool | None:
        status = (cloud.find(_SERVICE, path, _BACKUP) or {}).get("status")
        return None if status in ("creating", "restoring") else True

    def gone() -> bool | None:
        found = cloud.find(_SERVICE, path, _BACKUP)
        if found and found["status"] == "error_deleting":
            raise BackupFailed(f"Cloud {cloud.name} failed to delete backup {backup_id}.")
        return None if found else True

    what = f"backup {backup_id} of cloud {cloud.name}"
    poll_until(idle, what=f"{what} to be used by nothing", seconds=SECONDS, check=check)
    found = cloud.find(_SERVICE, path, _BACKUP)
    if found and found["status"] != "deleting":
        cloud.delete(_SERVICE, path)
    poll_until(gone, what=f"{what} to be deleted", seconds=SECONDS, check=check)


def _exported(cloud: CloudSession, backup_id: str) -> dict[str, Any]:
    path = f"/backups/{backup_id}/export_record"
    exported: dict[str, Any] = cloud.get(_SERVICE, path, "backup-record")
    return exported


def _module_of(service: str) -> str:
    """Return a driver as all releases know it: Queens by its module, later ones by that as well."""
    module, _, last = service.rpartition(".")
    return module if last[:1].isupper() else service


def _status(cloud: CloudSession, volume_id: str) -> str:
    return str(cloud.get(_SERVICE, f"/volumes/{volume_id}", "volume")["status"])
