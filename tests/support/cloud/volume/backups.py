"""Backups of volumes in a store that several clouds may use, by cinder-backup's chunked drivers.

The service is there only where a test has it (``runs``).
"""

import base64
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import GONE, Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request
from tests.support.cloud.volume import chunks
from tests.support.cloud.volume.chunks import Files, NotRestored

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage

OWNER = "os-backup-project-attr:project_id"
NOTE = "src_backup_id"
MODULE = "cinder.backup.drivers"
CLASSES = {"posix": "PosixBackupDriver", "nfs": "NFSBackupDriver", "swift": "SwiftBackupDriver"}


def share_store(one: "BlockStorage", other: "BlockStorage", files: Files) -> None:
    """Have two clouds keep backups, in one store."""
    for storage in (one, other):
        storage.backups.keep_in(files)


class Backups(Collection):
    """Backups: full ones hold all bytes of a volume, increments what changed since their parent.

    ``files`` is the store. ``written`` counts the bytes that restores wrote. ``fails`` has the next
    backup fail.
    """

    service: "BlockStorage"

    def __init__(self) -> None:
        fields = {
            **{"id": "", "name": None, "description": None, "volume_id": "", "size": 0},
            **{"status": "creating", "created_at": "", "updated_at": "", "fail_reason": None},
            **{"snapshot_id": None, "is_incremental": False, "has_dependent_backups": False},
            OWNER: Field(default="", since="3.18"),
        }
        super().__init__(path="backups", singular="backup", fields=Fields(fields), owner=OWNER)
        self.files: Files | None = None
        self.runs = self.fails = False
        self.written: list[int] = []

    def keep_in(self, files: Files) -> None:
        """Run cinder-backup with that store."""
        self.runs, self.files = True, files

    @property
    def store(self) -> Files:
        """The store of the service that runs."""
        assert self.files is not None, "This cloud keeps no backups."
        return self.files

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the details, and what is done to records."""
        yield "GET", "backups/detail", self.index
        yield "GET", "backups/{}/export_record", self.export
        yield "POST", "backups/import_record", self.bring
        yield "POST", "backups/{}/restore", self.restore
        yield from super().routes()

    @property
    def driver(self) -> str:
        """The driver as the release spells it."""
        kind = self.store.driver
        is_recent = self.cloud.release.is_from("2023.1")
        return f"{MODULE}.{kind}.{CLASSES[kind]}" if is_recent else f"{MODULE}.{kind}"

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that Cinder filters by."""
        return {n: v for n, v in request.query.items() if n in ("name", "status", "volume_id")}

    def create(self, request: Request) -> Answer:
        """Back up a snapshot: its bytes are there, whatever becomes of the volume."""
        given = request.body["backup"]
        snapshot = self.service.snapshots.get(given["snapshot_id"])
        if snapshot["status"] != "available":
            raise Refused(400, "Invalid snapshot: Snapshot to be backed up must be available")
        parent = self._parent(snapshot, request) if given["incremental"] else None
        told = {"name": given["name"], "volume_id": snapshot["volume_id"], "size": snapshot["size"]}
        row = self._row(request, **told, is_incremental=parent is not None)
        row["~parent"], row["~service"] = parent and parent["id"], self.driver
        row["~container"] = self.store.container_of(row)
        row["~prefix"] = _prefix(row)
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        if self.fails or (parent and parent["size"] != row["size"]):
            self.fails = False
            self.later(row, status="error", fail_reason="Volume size increased since the last")
        else:
            chunks.back_up(self.store, row, snapshot["~data"], parent)
            self.later(row, status="available")
        return Answer(status=202, body={"backup": self.view(row, request)})

    def _row(self, request: Request, **told: Any) -> Json:
        now = self.cloud.now()
        own = {"id": self.cloud.new_id(), "created_at": now, "updated_at": now}
        return {**self.fields.defaults(), **own, OWNER: request.asker.project_id, **told}

    def _parent(self, snapshot: Json, request: Request) -> Json:
        """Return the newest backup: Queens takes anybody's, later releases the asker's."""
        found = self.where(volume_id=snapshot["volume_id"], status="available")
        if self.cloud.release.is_from("2023.1"):
            found = [row for row in found if row[OWNER] == request.asker.project_id]
        if not found:
            raise Refused(400, "Invalid backup: No backups available to do an incremental backup.")
        return found[-1]

    def export(self, request: Request) -> Json:
        """Answer with the record of a backup."""
        self.service.require_admin(request)
        row = self.seen(request)
        if row["status"] != "available":
            raise Refused(400, "Invalid backup: Backup status must be available")
        record = {"id": row["id"], "parent_id": row["~parent"], "size": row["size"]}
        told = {"display_name": row["name"], "volume_id": row["volume_id"]}
        kept = {"container": row["~container"], "service_metadata": row["~prefix"]}
        all_ = {**record, **told, **kept, "service": row["~service"]}
        text = base64.b64encode(json.dumps(all_).encode()).decode()
        return {"backup-record": {"backup_service": row["~service"], "backup_url": text}}

    def bring(self, request: Request) -> Answer:
        """Import a record, in the asker's project."""
        self.service.require_admin(request)
        given = request.body["backup-record"]
        record = json.loads(base64.b64decode(given["backup_url"]))
        if record["id"] in self.rows:
            raise Refused(400, "Invalid backup: Backup already exists in database.")
        told = {"id": record["id"], "name": record["display_name"], "size": record["size"]}
        row = self._row(request, **told, volume_id=record["volume_id"])
        row["~parent"], row["~service"] = record["parent_id"], self.driver
        row["~container"] = row["~prefix"] = None
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        if self.driver.startswith(given["backup_service"]):
            row["~container"], row["~prefix"] = record["container"], record["service_metadata"]
            self.later(row, status="available")
        else:
            self.later(row, status="error", fail_reason="cannot find backup service")
        return Answer(status=201, body={"backup": self.view(row, request)})

    def restore(self, request: Request) -> Answer:
        """Write a backup, and all that it rests on, into a volume that nothing uses."""
        row, given = self.owned(request), request.body["restore"]
        volume = self.service.volumes.get(given["volume_id"])
        if volume["status"] != "available" or row["status"] != "available":
            raise Refused(400, "Invalid volume: Volume to be restored to must be available")
        if row["size"] > volume["size"]:
            raise Refused(400, "Invalid volume: volume size is too small to restore backup")
        row["status"], volume["status"] = "restoring", "restoring-backup"
        try:
            self._write(row, volume)
        except NotRestored:
            outcome = "error_restoring"
        else:
            volume["metadata"] = {**volume["metadata"], NOTE: row["id"]}
            outcome = "available"
        self.later(row, status="available")
        self.service.volumes.later(volume, status=outcome)
        return Answer(status=202, body={"restore": {"backup_id": row["id"]}})

    def _write(self, row: Json, volume: Json) -> None:
        """Write a backup; where volumes are files, Cinder truncates them first."""
        parent = self.rows.get(row["~parent"] or "")
        if parent:
            self._write(parent, volume)
        is_file = self.service.storage_protocol == "NFS"
        data = self.service.volumes.data
        before = b"" if is_file else data.get(volume["id"], b"")
        data[volume["id"]], written = chunks.restore(self.store, row, before)
        self.written.append(written)

    def remove(self, row: Json, request: Request) -> None:
        """Delete a backup and its bytes in the store, which are gone for other clouds too."""
        if row["status"] not in ("available", "error"):
            raise Refused(400, "Invalid backup: Backup status must be available or error")
        if any(other.get("~parent") == row["id"] for other in self.rows.values()):
            raise Refused(400, "Invalid backup: Incremental backups exist for this backup.")
        row["status"] = "deleting"
        if row["~container"]:
            chunks.remove(self.store, row)
        self.later(row, **{GONE: True})


def _prefix(row: Json) -> str:
    """Return how the objects of a backup begin: with the time when it was made."""
    digits = "".join(each for each in row["created_at"] if each.isdigit())
    return f"volume_{row['volume_id']}_{digits}_backup_{row['id']}"
