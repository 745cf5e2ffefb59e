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
from dashboard.migrations_app.data_paths.common.deltas import (
    STAGED,
    DeltaPath,
    snapshot_as_planned,
)
from dashboard.migrations_app.data_paths.common.passes import CHANGED_SHARE, CUTOVER, PASSES
from dashboard.migrations_app.data_paths.common.pools import HOST, pools_of
from dashboard.migrations_app.data_paths.common.volumes import kept_by
from dashboard.migrations_app.resources.data_path import CHECKSUMS, SKIP, Cost, Disk, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.work import Work

TAKEN = "taken_snapshots"
"""Stage data: the snapshots of the source, by their passes."""
SENT = "sent_passes"
"""Stage data: the passes whose changes the volume has, in order."""

COMPARED = "compared"
"""Stage data: whether the volume's bytes were found to be those of the source's."""

_SERVICE = "block_storage"
_IMAGES: WeakKeyDictionary[TenantReader, dict[CephPool, frozenset[str]]] = WeakKeyDictionary()
"""What pools have, for as long as a plan is drawn up."""


class CephDelta(DeltaPath):
    """Brings a volume from one pool of Ceph to another by what changed between snapshots."""

    name = "ceph_delta"
    title = "Ceph delta"

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if why := kept_by(disk) or _why_not(source, destination, disk):
            return Unfit(why)
        why = "Both are on Ceph; in the cutover goes what has changed."
        return Cost(why=why, ahead=disk.size, cutover=disk.size // CHANGED_SHARE)

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
    def cleanup(self, work: Work) -> None:
        """Compare both sides as they were in the cutover, and remove the snapshots."""
        is_known = work.stage_data.get(COMPARED) or CUTOVER not in (
            work.stage_data.get(TAKEN) or ()
        )
        if not is_known and work.options.get(CHECKSUMS) != SKIP:
            _compare(work)
            work.save(**{COMPARED: True})
        super().cleanup(work)

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
            until = f"snapshot-{taken[pass_]}"
            sent = list(work.stage_data.get(SENT) or ())
            if pass_ not in sent:
                self._send_changes(work, since, until)
                work.save(**{SENT: [*sent, pass_]})
            since = until

    def _send_changes(self, work: Work, since: str, until: str) -> None:
        source, destination = _pool(work, here=True), _pool(work, here=False)
        target = f"volume-{work.stage_data[STAGED]}"
        if until in rbd.snapshots_of(destination, target):
            return  # an earlier attempt has ended, and was not recorded
        reading, writing = End.of(work.source), End.of(work.destination)
        with traffic.stream(reading, writing, work.check) as passing:
            counted = _Counted(work, passing)
            image = f"volume-{work.record.id}"
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
        work.save(**{TAKEN: {}, SENT: [], COMPARED: False})


def _compare(work: Work) -> None:
    """Raise ``NeedsOperator`` unless both sides have the same bytes in the last snapshot."""
    last = f"snapshot-{work.stage_data[TAKEN][CUTOVER]}"
    images = f"volume-{work.record.id}", f"volume-{work.stage_data[STAGED]}"
    pools = _pool(work, here=True), _pool(work, here=False)
    counted = _Counted(work, lambda _count: None)
    sums = {
        rbd.digest_of(pool, image, last, passing=counted)
        for pool, image in zip(pools, images, strict=True)
    }
    if len(sums) > 1:
        raise NeedsOperator(
            f"The copy of volume {work.record.title} does not have the bytes of its snapshot.",
            fix="Roll back, and plan again with another data path.",
        )
    work.log(f"The copy of volume {work.record.title} has the bytes of its snapshot: SHA-256.")


def _remove_there(work: Work, *ids: str) -> None:
    """Remove from the destination's image the snapshots that came from these of the source."""
    staged = work.stage_data.get(STAGED)
    if ids and staged and work.destination.find(_SERVICE, f"/volumes/{staged}", "volume"):
        for id_ in ids:
            rbd.remove_snapshot(_pool(work, here=False), f"volume-{staged}", f"snapshot-{id_}")


class _Counted:
    """Reports how many bytes have passed, and waits until more may."""

    def __init__(self, work: Work, passing: Any) -> None:
        self.work, self.passing, self.done = work, passing, 0

    def __call__(self, count: int) -> None:
        self.work.check()
        self.passing(count)
        self.done += count
        self.work.progress(self.done, self.done, "bytes")


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
        is_there = f"volume-{disk.record.id}" in _images_of(source, pool)
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
    """Return the pool that a volume is in now: it may have been migrated since the plan.

    Raises ``NeedsOperator`` for one that the configuration does not know.
    """
    cloud = work.source if here else work.destination
    id_ = work.record.id if here else work.stage_data[STAGED]
    name = str(cloud.get(_SERVICE, f"/volumes/{id_}", "volume")[HOST])
    if pool := cloud.access.ceph.get(name):
        found: CephPool = pool
        return found
    raise NeedsOperator(
        f"The configuration of cloud {cloud.name} has no Ceph for pool {name}.",
        fix="Name its pool and its files there, then retry.",
    )
