"""Ceph delta: all of an image while the server runs, and in the cutover what has changed since.

Cinder takes the snapshots in the source and makes the volume in the destination. What is between
two snapshots goes from one pool to the other by ``rbd``, past both Cinders.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from typing_extensions import override

from dashboard.clients import rbd
from dashboard.clients.rbd import CephPool
from dashboard.clients.traffic import End, traffic
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.data_paths.common import comparing
from dashboard.migrations_app.data_paths.common.ceph_pools import (
    Counted,
    ceph_pool_of,
    image_of,
    pool_name,
    snapshot_of,
)
from dashboard.migrations_app.data_paths.common.ceph_sums import sums_of
from dashboard.migrations_app.data_paths.common.deltas import (
    STAGED,
    DeltaPath,
    snapshot_as_planned,
)
from dashboard.migrations_app.data_paths.common.passes import (
    CHANGED_SHARE,
    CUTOVER,
    PASSES,
    passes_of,
)
from dashboard.migrations_app.data_paths.common.pools import HOST, pools_of
from dashboard.migrations_app.data_paths.common.rooms import copies
from dashboard.migrations_app.data_paths.common.volumes import kept_by
from dashboard.migrations_app.resources.data_path import Cost, Disk, Room, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.work import Work

TAKEN = "taken_snapshots"
"""Stage data: the snapshots of the source, by their passes."""
SENT = "sent_passes"
"""Stage data: the passes whose changes the volume has, in order."""

_SERVICE = "block_storage"
_IMAGES: WeakKeyDictionary[TenantReader, dict[CephPool, frozenset[str]]] = WeakKeyDictionary()
"""What pools have, for as long as a plan is drawn up."""


class CephDelta(DeltaPath):
    """Brings a volume from one pool of Ceph to another by what changed between snapshots."""

    name = "ceph_delta"
    title = "Ceph delta"
    compares = True

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if why := kept_by(disk) or _why_not(source, destination, disk):
            return Unfit(why)
        why = "Both are on Ceph; in the cutover goes what has changed."
        return Cost(why=why, ahead=disk.size, cutover=disk.size // CHANGED_SHARE)

    @override
    def why_uncompared(
        self, source: TenantReader, destination: TenantReader, disk: Disk, checksums: str
    ) -> str:
        return comparing.why_uncompared(source, destination, disk, checksums)

    @override
    def rooms(
        self, disk: Disk, source: TenantReader, destination: TenantReader, checksums: str
    ) -> tuple[Room, Room]:
        """Return the room for a snapshot of each pass, which stay until the clean-up."""
        size = int(disk.record.fields["size"])
        return Room(kept=copies(size, snapshots=passes_of(size))), Room()

    @override
    def undo_capture(self, work: Work) -> None:
        """Remove the snapshot; all that was made if the volume has its state already.

        Without it, nothing tells what to send to such a volume.
        """
        if CUTOVER in (work.stage_data.get(SENT) or ()):
            self.undo_prepare(work)
            return
        taken = dict(work.stage_data.get(TAKEN) or {})
        if last := taken.pop(CUTOVER, ""):
            _remove_there(work, last)  # an attempt may have sent it, and died before it was stored
        volume_capture.remove_snapshot(work, CUTOVER)
        work.save(**{TAKEN: taken})

    @override
    def transfer(self, work: Work) -> None:
        """Send what has changed."""
        self.bring(work)

    @override
    def compare(self, work: Work) -> None:
        taken = (work.stage_data.get(TAKEN) or {}).get(CUTOVER)
        if taken and comparing.is_wanted(work) and not comparing.is_equal(work, taken):
            last = snapshot_of(taken)
            sums = sums_of(work, work.stage_data[STAGED], last, last)
            comparing.conclude(work, taken, *sums)

    @override
    def release(self, work: Work) -> None:
        """Remove the snapshots, if any are left."""
        self.forget(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        if stage_data.get(TAKEN):
            yield "its snapshots removed from the operator's project in the source"

    @override
    def take(self, work: Work, pass_: str) -> None:
        taken = dict(work.stage_data.get(TAKEN) or {})
        if pass_ in taken:
            return
        snapshot = snapshot_as_planned(work, pass_)
        work.save(**{TAKEN: {**taken, pass_: snapshot["id"]}})

    @override
    def bring(self, work: Work) -> None:
        """Send the changes of all passes that the volume does not have, in order."""
        self.stage(work)
        taken, since = work.stage_data[TAKEN], ""
        for pass_ in [each for each in PASSES if each in taken]:
            until = snapshot_of(taken[pass_])
            sent = list(work.stage_data.get(SENT) or ())
            if pass_ not in sent:
                self._send_changes(work, since, until)
                work.save(**{SENT: [*sent, pass_]})
            since = until

    def _send_changes(self, work: Work, since: str, until: str) -> None:
        source, destination = _pool(work, here=True), _pool(work, here=False)
        target = image_of(work.stage_data[STAGED])
        if until in rbd.snapshots_of(destination, target):
            return  # an earlier attempt has ended, and was not recorded
        reading, writing = End.of(work.source), End.of(work.destination)
        with traffic.stream(reading, writing, work.check) as passing:
            counted = Counted(work, passing)
            image = image_of(work.record.id)
            rbd.copy_changes(
                source, image, destination, target, since=since, until=until, passing=counted
            )

    @override
    def free(self, work: Work) -> None:
        """Remove the snapshots that came with the changes: Cinder deletes no image with others."""
        _remove_there(work, *(work.stage_data.get(TAKEN) or {}).values())

    @override
    def forget(self, work: Work) -> None:
        """Remove the snapshots on both sides."""
        self.free(work)
        for pass_ in PASSES:
            volume_capture.remove_snapshot(work, pass_)
        work.save(**{TAKEN: {}, SENT: []})


def _remove_there(work: Work, *ids: str) -> None:
    """Remove from the destination's image the snapshots that came from these of the source."""
    staged = work.stage_data.get(STAGED)
    if ids and staged and work.destination.find(_SERVICE, f"/volumes/{staged}", "volume"):
        for id_ in ids:
            rbd.remove_snapshot(_pool(work, here=False), image_of(staged), snapshot_of(id_))


def _why_not(source: TenantReader, destination: TenantReader, disk: Disk) -> str:
    """Return why a volume cannot go from Ceph to Ceph, "" if it can."""
    here, there = source.cloud.access.ceph, destination.cloud.access.ceph
    pool = here.get(str(disk.record.fields.get(HOST)))
    if pool is None:
        return f"The configuration of cloud {source.cloud.name} has no Ceph for its pool."
    others = [each for each in pools_of(disk, source, destination) if each["name"] not in there]
    if others or not there:
        names = " and ".join(sorted(each["name"] for each in others)) or "any pool"
        return f"The configuration of cloud {destination.cloud.name} has no Ceph for {names}."
    try:
        is_there = image_of(disk.record.id) in _images_of(source, pool)
    except (NeedsOperator, Retryable) as error:
        return error.sentence
    return "" if is_there else f"Pool {pool.pool} of Ceph has no image of it."


def _images_of(reader: TenantReader, pool: CephPool) -> frozenset[str]:
    """Return the images of a pool, which is asked once for a plan."""
    known = _IMAGES.setdefault(reader, {})
    if pool not in known:
        known[pool] = rbd.images_of(pool)
    return known[pool]


def _pool(work: Work, *, here: bool) -> CephPool:
    """Return the pool that a volume is in now.

    Raises ``NeedsOperator`` for one that the configuration does not know.
    """
    cloud = work.source if here else work.destination
    id_ = work.record.id if here else work.stage_data[STAGED]
    if pool := ceph_pool_of(cloud, id_):
        return pool
    name = pool_name(cloud, id_)
    raise NeedsOperator(
        f"The configuration of cloud {cloud.name} has no Ceph for pool {name}.",
        fix="Name its pool and its files there, then retry.",
    )
