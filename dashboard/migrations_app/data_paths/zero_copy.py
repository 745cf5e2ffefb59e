"""Zero copy: both Cinders use one pool, so that a volume changes hands and nothing is copied.

The tenant's own volume is never given away, since Cinder gives what it takes back another id.
The source makes a clone of it, which the storage does in no time whatever the size, and forgets the
clone (``os-unmanage``); the destination manages it in the tenant's project. On most storage the
clone depends on the snapshot that it was made from until the storage has flattened it.

Administrators alone may do that, so the copy belongs to the operator in the tenant's project.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common import comparing, rooms
from dashboard.migrations_app.data_paths.common.pools import (
    HOST,
    LISTING_SINCE,
    manageable_in,
    reference_of,
    shared_pools,
)
from dashboard.migrations_app.data_paths.common.volumes import kept_by
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.data_path import Cost, DataPath, Disk, Room, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import MARKER, Loss, Record
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.storage.common.volume_creating import CREATE_SECONDS
from dashboard.migrations_app.resources.work import Work

CLONE = "unmanaged_clone"
"""Stage data: the clone that the source forgets, by its id there."""

SEEN = "seen_in_pool"
"""Stage data: the pool of the volume, and the reference by which the destination sees it there."""

FREED_SECONDS = 600
_SERVICE = "block_storage"


class ZeroCopy(DataPath):
    """Gives a clone of the volume to the destination, where both clouds use one pool."""

    name = "zero_copy"
    title = "Zero copy"
    compares = True

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if why := kept_by(disk):
            return Unfit(why)
        pools = shared_pools(source.cloud.access, destination.cloud.access)
        pool = pools.get(str(disk.record.fields.get(HOST)))
        if pool is None:
            return Unfit("The configuration names no pool with it that both clouds use.")
        if not destination.cloud.supports(_SERVICE, LISTING_SINCE):
            return Unfit(f"Cinder of cloud {destination.cloud.name} lists no manageable volumes.")
        if reference_of(disk.record.id, manageable_in(destination, pool)) is None:
            cloud = destination.cloud.name
            return Unfit(f"Cinder of cloud {cloud} does not see it in its pool {pool}.")
        return Cost(why="Both clouds use its pool.", losses=[*_losses(disk.record)])

    @override
    def why_uncompared(
        self, source: TenantReader, destination: TenantReader, disk: Disk, checksums: str
    ) -> str:
        pools = shared_pools(source.cloud.access, destination.cloud.access)
        pool = pools.get(str(disk.record.fields.get(HOST)), "")
        return comparing.why_uncompared(source, destination, disk, checksums, pool)

    @override
    def rooms(
        self, disk: Disk, source: TenantReader, destination: TenantReader, checksums: str
    ) -> tuple[Room, Room]:
        """Return the room for the clone; the source forgets it before another copy is compared."""
        size = int(disk.record.fields["size"])
        if self.compares_by_images(source, destination, disk, checksums):
            return rooms.of_comparison(size), rooms.of_comparison(size)
        return Room(passing=rooms.copies(size, volumes=1, snapshots=1)), Room()

    @override
    def prepares(self, disk: Disk) -> bool:
        return bool(disk.servers)

    @override
    def prepare(self, work: Work) -> None:
        """Look how the destination sees the volume, since that takes long where a pool has many."""
        pool = _pool_in_source(work)
        reference = _reference(work.destination, _pool_there(work, pool), work.record.id)
        if reference is None:
            raise _unseen(work, f"volume {work.record.title}", _pool_there(work, pool))
        work.save(**{SEEN: {"pool": pool, "reference": reference}})

    @override
    def undo_prepare(self, work: Work) -> None:
        work.save(**{SEEN: {}})

    @override
    def capture(self, work: Work) -> None:
        """Make a clone of the volume, in its pool."""
        if not work.stage_data.get(CLONE):
            work.save(**{CLONE: volume_capture.clone_of(work)})

    @override
    def undo_capture(self, work: Work) -> None:
        volume_capture.remove_copy(work)

    @override
    def transfer(self, work: Work) -> None:
        """Have the source forget the clone, which stays in the pool as it is."""
        clone = work.stage_data[CLONE]
        path = f"/volumes/{clone}"
        if work.source.find(_SERVICE, path, "volume"):
            work.source.post(_SERVICE, f"{path}/action", {"os-unmanage": {}})
        what = f"clone {clone} to be forgotten by cloud {work.source.name}"
        poll_until(
            lambda: None if work.source.find(_SERVICE, path, "volume") else True,
            what=what,
            seconds=FREED_SECONDS,
            check=work.check,
        )

    @override
    def undo_transfer(self, work: Work) -> None:
        """Have the source manage the clone again, if it is still there: then it can delete it.

        Of the volume's type: Cinder's scheduler places the default one in pools of its own only.
        """
        clone = work.stage_data.get(CLONE)
        if not clone:
            return
        if not work.source.find(_SERVICE, f"/volumes/{clone}", "volume"):
            volume = work.source.find(_SERVICE, f"/volumes/{work.record.id}", "volume")
            # somebody may have deleted it
            pool = str((volume or work.record.fields)[HOST])
            reference = _reference(work.source, pool, str(clone))
            if reference:
                named = {"name": volume_capture.copy_name(work)}
                typed = only_set(work.record.fields, ("volume_type",))
                _manage(work, work.source, {"host": pool, "ref": reference, **named, **typed})
        work.save(**{CLONE: ""})

    @override
    def create(self, work: Work) -> str:
        """Manage the clone in the tenant's project."""
        here, clone = _pool_in_source(work), str(work.stage_data[CLONE])
        pool = _pool_there(work, here)
        reference = _reference_as_seen(work, here) or _reference(work.destination, pool, clone)
        if reference is None:
            raise _unseen(work, f"the clone of volume {work.record.title}", pool)
        fields = work.record.fields
        body = {
            **only_set(fields, ("name", "description")),
            **only_set(work.resolution, ("volume_type", "availability_zone")),
            "host": pool,
            "ref": reference,
            "bootable": fields["bootable"] == "true",
            "metadata": {**fields["metadata"], MARKER: work.marker},
        }
        comparing.note(work, here=here, there=pool)
        return _manage(work, work.session_as(""), body)

    @override
    def complete(self, work: Work) -> None:
        """Hold the copy's state, which is compared once the server runs again."""
        comparing.hold(work, is_clone=True)

    @override
    def free(self, work: Work) -> None:
        comparing.let_go(work)

    @override
    def compare(self, work: Work) -> None:
        comparing.compare(work)

    @override
    def cleanup(self, work: Work) -> None:
        """Remove what was compared, and the snapshot that the clone was made from, unless the copy
        depends on it: then it stays until the source's volume is deleted."""
        comparing.let_go(work)
        if work.stage_data.get("copied") and not volume_capture.drop_snapshot(work):
            cloud, title = work.source.name, work.record.title
            work.log(f"Cloud {cloud} keeps the snapshot of volume {title}: its copy rests on it.")

    @override
    def release(self, work: Work) -> None:
        """Delete the snapshot that the clone was made from.

        Raises ``NeedsOperator`` where the storage keeps it because the copy still depends on it.
        """
        comparing.let_go(work)
        if not volume_capture.drop_snapshot(work):
            raise NeedsOperator(
                f"Cloud {work.source.name} keeps the snapshot of volume {work.record.title} that "
                f"its copy {work.destination_id} depends on.",
                fix=f"Flatten the copy in its pool (with Ceph: rbd flatten "
                f"POOL/volume-{work.destination_id}), then retry.",
            )

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        yield from comparing.leftovers(stage_data)
        if stage_data.get("copied"):
            yield "its clone and snapshot removed from the operator's project in the source"


def _losses(record: Record) -> Iterable[Loss]:
    reason = "Only administrators manage volumes: the copy is the operator's, in the project."
    yield Loss(field="user_id", value=record.fields["user_id"], reason=reason)


def _pool_in_source(work: Work) -> str:
    """Return the pool of the volume, which may have been migrated since the plan."""
    volume = work.source.get(_SERVICE, f"/volumes/{work.record.id}", "volume")
    return str(volume[HOST])


def _pool_there(work: Work, pool: str) -> str:
    """Return how the destination calls a pool of the source, "" for one that is not shared."""
    return shared_pools(work.source.access, work.destination.access).get(pool, "")


def _reference_as_seen(work: Work, pool: str) -> Json | None:
    """Return how the destination sees the clone, by how it saw the volume in the same pool."""
    seen = work.stage_data.get(SEEN) or {}
    if seen.get("pool") != pool:
        return None
    clone = str(work.stage_data[CLONE])
    return {
        key: str(name).replace(work.record.id, clone) for key, name in seen["reference"].items()
    }


def _unseen(work: Work, what: str, pool: str) -> NeedsOperator:
    return NeedsOperator(
        f"Cloud {work.destination.name} does not see {what} in its pool {pool}.",
        fix="Check that both clouds use this pool, then retry; or roll back and plan again "
        "with another data path.",
    )


def _reference(cloud: CloudSession, pool: str, volume_id: str) -> Json | None:
    return reference_of(volume_id, manageable_in(cloud, pool))


def _manage(work: Work, session: CloudSession, body: Json) -> str:
    """Manage what is in a pool and return its new id, once it is available.

    Raises ``NeedsOperator`` if Cinder refuses it; then it is in the pool as it was.
    """
    sent = {"volume": body}
    since = LISTING_SINCE
    made = session.post(_SERVICE, "/manageable_volumes", sent, "volume", microversion=since)

    def status() -> str | None:
        volume = session.get(_SERVICE, f"/volumes/{made['id']}", "volume")
        return None if volume["status"] in ("creating", "managing") else str(volume["status"])

    what = f"volume {work.record.title} to be managed"
    reached = poll_until(status, what=what, seconds=CREATE_SECONDS, check=work.check)
    if reached != "available":
        # what is not managed is only forgotten with its row
        session.delete(_SERVICE, f"/volumes/{made['id']}")
        raise NeedsOperator(
            f"Cloud {session.name} could not manage the clone of volume {work.record.title}: it is "
            f"{reached}.",
            fix="Check the log of cinder-volume there: its type and size must fit; then retry.",
        )
    return str(made["id"])
