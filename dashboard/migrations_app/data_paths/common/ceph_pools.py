"""The pools of Ceph that volumes are in, as the configuration says, and what passes there."""

from collections.abc import Callable

from dashboard.clients.openstack import CloudSession
from dashboard.clients.rbd import CephPool
from dashboard.migrations_app.data_paths.common.pools import HOST
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"


def image_of(volume_id: str) -> str:
    """Return what Cinder calls the image of a volume."""
    return f"volume-{volume_id}"


def snapshot_of(snapshot_id: str) -> str:
    """Return what Cinder calls a snapshot of an image."""
    return f"snapshot-{snapshot_id}"


def pool_name(cloud: CloudSession, volume_id: str) -> str:
    """Return the pool that a volume is in now: it may have been migrated since the plan."""
    return str(cloud.get(_SERVICE, f"/volumes/{volume_id}", "volume")[HOST])


def ceph_pool_of(cloud: CloudSession, volume_id: str) -> CephPool | None:
    """Return how the pool of a volume is reached, None if the configuration does not know it."""
    found: CephPool | None = cloud.access.ceph.get(pool_name(cloud, volume_id))
    return found


class Counted:
    """Reports how many bytes have passed, and waits until more may."""

    def __init__(self, work: Work, passing: Callable[[int], None] = lambda _count: None) -> None:
        self.work, self.passing, self.done = work, passing, 0

    def __call__(self, count: int) -> None:
        """Note that so many bytes have passed."""
        self.work.check()
        self.passing(count)
        self.done += count
        self.work.progress(self.done, self.done, "bytes")
