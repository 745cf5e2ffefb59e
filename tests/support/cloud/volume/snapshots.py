"""Snapshots of volumes."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import GONE, Collection
from tests.support.cloud.fields import Field, Fields
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage

OWNER = "os-extended-snapshot-attributes:project_id"


class Snapshots(Collection):
    """Snapshots of volumes."""

    service: "BlockStorage"

    def __init__(self) -> None:
        fields = {
            **{"id": "", "name": None, "description": None, "volume_id": "", "size": 0},
            **{"status": "creating", "metadata": {}, "created_at": "", "updated_at": ""},
            **{OWNER: "", "os-extended-snapshot-attributes:progress": "100%"},
            "group_snapshot_id": Field(since="3.14"),
            "user_id": Field(default="", since="3.41"),
        }
        super().__init__(path="snapshots", singular="snapshot", fields=Fields(fields), owner=OWNER)

    def routes(self) -> Iterable[tuple[str, str, Any]]:
        """Also the details."""
        yield "GET", "snapshots/detail", self.index
        yield "PUT", "snapshots/{}/metadata", self.set_metadata
        yield from super().routes()

    def visible(self, request: Request) -> list[Json]:
        """Return the project's snapshots; all of them where an administrator asks for all."""
        found = super().visible(request)
        if request.asker.is_admin and request.asks("all_tenants") not in ("", "0", "False"):
            return found
        return [row for row in found if row[OWNER] == request.asker.project_id]

    def filters(self, request: Request) -> dict[str, list[str]]:
        """Return the parameters that cinder filters by."""
        known = {"project_id": OWNER, "name": "name", "status": "status", "volume_id": "volume_id"}
        return {known[n]: values for n, values in request.query.items() if n in known}

    def create(self, request: Request) -> Answer:
        """Make a snapshot, of a volume in use only where that is forced."""
        given = request.body["snapshot"]
        volume = self.service.volumes.get(given["volume_id"])
        if volume["status"] != "available" and not given.get("force"):
            sentence = f"Invalid volume: Volume {volume['id']} status must be available"
            raise Refused(400, sentence)
        told = {name: given.get(name) for name in ("name", "description")}
        row = self.add(volume["id"], request, **told, metadata=given.get("metadata") or {})
        return Answer(status=202, body={"snapshot": self.view(row, request)})

    def add(self, volume_id: str, request: Request, **told: Any) -> Json:
        """Make a snapshot of a volume, which belongs to the asker."""
        volume, now = self.service.volumes.get(volume_id), self.cloud.now()
        row = {
            **self.fields.defaults(),
            **{"id": self.cloud.new_id(), **told, "volume_id": volume["id"]},
            **{"size": volume["size"], "created_at": now, "updated_at": now},
            **{OWNER: request.asker.project_id, "user_id": request.asker.user_id},
            "~data": self.service.volumes.data.get(volume["id"], b""),
        }
        self.cloud.quotas.require(self, row)
        self.rows[row["id"]] = row
        self.later(row, status="available")
        return row

    def update(self, request: Request) -> Json:
        """Change name or description."""
        row, given = self.owned(request), request.body["snapshot"]
        row.update({n: v for n, v in given.items() if n in ("name", "description")})
        return {"snapshot": self.view(row, request)}

    def set_metadata(self, request: Request) -> Json:
        """Replace the metadata."""
        row = self.owned(request)
        row["metadata"] = dict(request.body["metadata"])
        return {"metadata": row["metadata"]}

    def remove(self, row: Json, request: Request) -> None:
        """Delete a snapshot, which is gone when it has been looked at."""
        if row["status"] not in ("available", "error", "error_deleting"):
            raise Refused(
                400,
                "Invalid snapshot: Snapshot status must be available or error and must not be part "
                "of a group.",
            )
        row["status"] = "deleting"
        if self.service.managing.is_parent(row["id"]):
            self.later(row, status="available")
            return
        self.later(row, **{GONE: True})
