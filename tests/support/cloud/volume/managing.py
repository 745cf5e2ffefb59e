"""What Cinder forgets and what it takes over: unmanage, the listing of a pool, manage.

Two clouds whose Cinders use one pool are made ``neighbours``: each sees the volumes of the other in
its pool, and what neither knows any more (``orphans``).
"""

from typing import TYPE_CHECKING, Any

from tests.support.cloud.collection import GONE
from tests.support.cloud.messages import Answer, Json, Refused, Request

if TYPE_CHECKING:
    from tests.support.cloud.volume import BlockStorage

LISTING = (3, 8)
HOST = "os-vol-host-attr:host"


def share_pool(one: "BlockStorage", other: "BlockStorage") -> None:
    """Have two Cinders use one pool."""
    one.managing.neighbour, other.managing.neighbour = other, one


class Managing:
    """Cinder's unmanaging and managing, for administrators. Ceph's driver is the model.

    ``keeps_parents``: a snapshot on which a clone rests is not deleted, as before Zed.
    ``refuses``: the driver refuses to manage what it is given, as for a wrong type. ``places``: the
    types that the scheduler places in the pool, all without any.
    """

    def __init__(self, service: "BlockStorage") -> None:
        self.service = service
        self.cloud = service.cloud
        self.neighbour: BlockStorage | None = None
        self.keeps_parents = self.refuses = False
        self.places: set[str] = set()
        for path in ("manageable_volumes", "manageable_volumes/detail"):
            service.route("GET", path, self.index)
        service.route("POST", "manageable_volumes", self.manage)

    @property
    def pool(self) -> str:
        """The only pool of the backend."""
        return f"{self.cloud.name}-ctl@nfs#nfs"

    @property
    def orphans(self) -> dict[str, Json]:
        """What is in the pool and was forgotten here, by its name there."""
        return self.cloud.rows("volume/orphans")

    def unmanage(self, row: Json, request: Request) -> None:
        """Forget a volume, whose bytes stay in the pool."""
        self.service.require_admin(request)
        if row["status"] not in ("available", "error") or row["attachments"]:
            raise Refused(400, f"Invalid volume: Volume status must be available: {row['status']}.")
        if row["encrypted"]:
            raise Refused(400, "Invalid volume: Unmanaging encrypted volumes is not supported.")
        if self.service.snapshots.where(volume_id=row["id"]):
            raise Refused(400, "Invalid volume: Volume cannot be unmanaged with snapshots.")
        kept = {name: row[name] for name in ("size", "snapshot_id")}
        self.orphans[f"volume-{row['id']}"] = {**kept, "data": self.service.volumes.data[row["id"]]}
        row["status"] = "unmanaging"
        self.service.volumes.later(row, **{GONE: True})

    def index(self, request: Request) -> Json:
        """List all that is in a pool, with whether it can be managed."""
        self._permit(request)
        if request.asks("host") != self.pool:
            raise Refused(404, f"Service cinder-volume on {request.asks('host')} not found.")
        start, limit = int(request.asks("offset", "0")), int(request.asks("limit", "1000"))
        listed = [*self._managed(), *self._others()]
        return {"manageable-volumes": listed[start : start + limit]}

    def _managed(self) -> list[Json]:
        """Return the volumes that this Cinder has already."""
        return [
            self._told(f"volume-{row['id']}", row["size"], "already managed", row["id"])
            for row in self.service.volumes.rows.values()
        ]

    def _others(self) -> list[Json]:
        """Return what this Cinder does not know; that another one does, it cannot tell."""
        orphans = {**self.orphans, **self._foreign()}
        return [self._told(name, each["size"], None, None) for name, each in orphans.items()]

    def _foreign(self) -> dict[str, Json]:
        if self.neighbour is None:
            return {}
        rows = self.neighbour.volumes.rows.values()
        data = self.neighbour.volumes.data
        known = {f"volume-{r['id']}": {"size": r["size"], "data": data.get(r["id"])} for r in rows}
        return {**known, **self.neighbour.managing.orphans}

    def _told(self, name: str, size: int, reason: str | None, id_: str | None) -> Json:
        return {
            **{"reference": {"source-name": name}, "size": size, "safe_to_manage": reason is None},
            **{"reason_not_safe": reason, "cinder_id": id_, "extra_info": None},
        }

    def manage(self, request: Request) -> Answer:
        """Take over what is in the pool, in the asker's project and under another id."""
        self._permit(request)
        given = request.body["volume"]
        if given.get("host") != self.pool:
            raise Refused(404, f"Service cinder-volume on {given.get('host')} not found.")
        row = self.service.volumes.new_row({**given, "size": 1}, request)
        row["bootable"], row["status"] = bool(given.get("bootable")), "managing"
        # it does not look who of its services has the volume, nor whether the storage shares paths
        row["service_uuid"], row["shared_targets"] = None, True
        self.cloud.quotas.require(self.service.volumes, row)
        self.service.volumes.rows[row["id"]] = row
        if self.places and given.get("volume_type") not in self.places:
            self.service.volumes.later(row, status="error")
            return Answer(status=202, body={"volume": self.service.volumes.view(row, request)})
        orphan = None if self.refuses else self._taken(given["ref"].get("source-name", ""))
        if orphan is None:
            self.service.volumes.later(row, status="error_managing")
        else:
            self.service.volumes.data[row["id"]] = orphan["data"]
            told = {"size": orphan["size"], "snapshot_id": None, "~parent": orphan["snapshot_id"]}
            self.service.volumes.later(row, status="available", **told)
        return Answer(status=202, body={"volume": self.service.volumes.view(row, request)})

    def _taken(self, name: str) -> Json | None:
        """Take an orphan from the pool, which is renamed there; None if there is none."""
        of_neighbour: Any = self.neighbour.managing.orphans if self.neighbour else {}
        for orphans in (self.orphans, of_neighbour):
            if name in orphans:
                taken: Json = orphans.pop(name)
                return taken
        return None

    def is_parent(self, snapshot_id: str) -> bool:
        """Return whether the storage keeps a snapshot because a clone rests on it."""
        if not self.keeps_parents:
            return False
        services = [self.service, *([self.neighbour] if self.neighbour else [])]
        clones = [row for each in services for row in each.volumes.rows.values()]
        orphans = [row for each in services for row in each.managing.orphans.values()]
        resting = {row.get("~parent") or row.get("snapshot_id") for row in (*clones, *orphans)}
        return snapshot_id in resting

    def _permit(self, request: Request) -> None:
        self.service.require_admin(request)
        if request.version < LISTING:
            raise Refused(404, "The resource could not be found.")
