"""Sums of a volume's bytes as ``rbd`` reads them on both sides, with the operator's keyrings."""

from dashboard.clients import rbd
from dashboard.clients.rbd import CephPool
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common.ceph_pools import (
    Counted,
    ceph_pool_of,
    image_of,
    snapshot_of,
)
from dashboard.migrations_app.resources.work import Work

NAME = "pumphouse-compared"
"""What the snapshot of the copy is called, which Cinder does not know."""


def reaches(work: Work) -> bool:
    """Return whether the configuration says how the pools of both sides are reached."""
    return None not in (_here(work), _there(work))


def is_untouched(work: Work, snapshot_id: str) -> bool:
    """Return whether all of the copy is that snapshot of the source's volume, as Ceph tells."""
    here, there = _require(_here(work), work), _require(_there(work), work)
    parent = here.image(image_of(work.record.id), snapshot_of(snapshot_id))
    return rbd.is_untouched_clone(there, image_of(work.destination_id), parent)


def hold(work: Work) -> None:
    """Take a snapshot of the copy, unless there is one."""
    rbd.add_snapshot(_require(_there(work), work), image_of(work.destination_id), NAME)


def sums(work: Work, snapshot_id: str) -> tuple[str, str]:
    """Return the sums of the source's snapshot and of the copy's."""
    return sums_of(work, work.destination_id, snapshot_of(snapshot_id), NAME)


def sums_of(work: Work, copy_id: str, here: str, there: str) -> tuple[str, str]:
    """Return the SHA-256 of a snapshot of the source's volume, and of one of a volume there."""
    counted = Counted(work)
    source = _require(_here(work), work)
    destination = _require(ceph_pool_of(work.destination, copy_id), work)
    return (
        rbd.digest_of(source, image_of(work.record.id), here, passing=counted),
        rbd.digest_of(destination, image_of(copy_id), there, passing=counted),
    )


def let_go(work: Work) -> None:
    """Remove the snapshot of the copy; nothing happens if either is gone."""
    path = f"/volumes/{work.destination_id}"
    if work.destination.find("block_storage", path, "volume"):
        there = _require(_there(work), work)
        rbd.remove_snapshot(there, image_of(work.destination_id), NAME)


def _here(work: Work) -> CephPool | None:
    return ceph_pool_of(work.source, work.record.id)


def _there(work: Work) -> CephPool | None:
    return ceph_pool_of(work.destination, work.destination_id)


def _require(pool: CephPool | None, work: Work) -> CephPool:
    if pool is None:
        raise NeedsOperator(
            f"The configuration has no Ceph any more for the pools of volume {work.record.title}.",
            fix="Write ceph of both clouds as it was, then retry.",
        )
    return pool
