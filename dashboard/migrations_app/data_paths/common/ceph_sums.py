"""Sums of a volume's bytes as ``rbd`` reads them on both sides, with the operator's keyrings."""

from dashboard.clients import rbd
from dashboard.clients.openstack import CloudSession
from dashboard.clients.rbd import CephPool
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common.ceph_pools import (
    Counted,
    ceph_pool_of,
    image_of,
    pool_name,
    snapshot_of,
)
from dashboard.migrations_app.resources.work import Work

NAME = "pumphouse-compared"
"""What the snapshot of the copy is called, which Cinder does not know."""

POOLS = "pools"
"""Stage data: the pools of the volume (``here``) and of its copy (``there``), as noted."""


def note(work: Work, **pools: str) -> None:
    """Note pools that were seen, so that no cloud is asked for them while the server is down."""
    work.save(**{POOLS: {**_noted(work), **pools}})


def reaches(work: Work) -> bool:
    """Return whether the configuration says how the pools of both sides are reached.

    Those that nobody has noted are looked up.
    """
    if not (work.source.access.ceph and work.destination.access.ceph):
        return False
    noted = _noted(work)
    here = noted.get("here") or pool_name(work.source, work.record.id)
    there = noted.get("there") or pool_name(work.destination, work.destination_id)
    note(work, here=here, there=there)
    return here in work.source.access.ceph and there in work.destination.access.ceph


def is_untouched(work: Work, snapshot_id: str) -> bool:
    """Return whether all of the copy is that snapshot of the source's volume, as Ceph tells."""
    here, there = work.source.access.ceph[_noted(work)["here"]], _noted_there(work)
    parent = here.image(image_of(work.record.id), snapshot_of(snapshot_id))
    return rbd.is_untouched_clone(there, image_of(work.destination_id), parent)


def hold(work: Work) -> None:
    """Take a snapshot of the copy, unless there is one."""
    rbd.add_snapshot(_noted_there(work), image_of(work.destination_id), NAME)


def sums(work: Work, snapshot_id: str) -> tuple[str, str]:
    """Return the sums of the source's snapshot and of the copy's."""
    return sums_of(work, work.destination_id, snapshot_of(snapshot_id), NAME)


def sums_of(work: Work, copy_id: str, here: str, there: str) -> tuple[str, str]:
    """Return the SHA-256 of a snapshot of the source's volume, and of one of a volume there."""
    counted = Counted(work)
    source = _reached(work, work.source, work.record.id)
    destination = _reached(work, work.destination, copy_id)
    return (
        rbd.digest_of(source, image_of(work.record.id), here, passing=counted),
        rbd.digest_of(destination, image_of(copy_id), there, passing=counted),
    )


def let_go(work: Work) -> None:
    """Remove the snapshot of the copy; nothing happens if either is gone."""
    path = f"/volumes/{work.destination_id}"
    if work.destination.find("block_storage", path, "volume"):
        there = _reached(work, work.destination, work.destination_id)
        rbd.remove_snapshot(there, image_of(work.destination_id), NAME)


def _noted(work: Work) -> dict[str, str]:
    return dict(work.stage_data.get(POOLS) or {})


def _noted_there(work: Work) -> CephPool:
    found: CephPool = work.destination.access.ceph[_noted(work)["there"]]
    return found


def _reached(work: Work, cloud: CloudSession, volume_id: str) -> CephPool:
    """Return how the pool is reached that a volume is in now."""
    if pool := ceph_pool_of(cloud, volume_id):
        return pool
    raise NeedsOperator(
        f"The configuration has no Ceph any more for the pools of volume {work.record.title}.",
        fix="Write ceph of both clouds as it was, then retry.",
    )
