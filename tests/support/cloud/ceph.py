"""Two clouds' pools of Ceph as ``rbd`` sees them, for comparisons of what is in them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from unittest.mock import patch

import yaml

from dashboard.clients import rbd
from dashboard.clients.rbd import CephPool
from tests.support.cloud.moving import TwoClouds


class ComparedCeph:
    """Both clouds' images. ``is_untouched`` is what Ceph says of clones."""

    def __init__(self, clouds: TwoClouds) -> None:
        self.clouds = clouds
        self.snapshots: dict[tuple[str, str], bytes] = {}
        self.is_untouched = False
        self.hashed = 0
        self.fails: Exception | None = None

    def add_snapshot(self, pool: CephPool, image: str, snapshot: str) -> None:
        """Take a snapshot of an image of the destination, unless there is one."""
        if self.fails:
            raise self.fails
        assert pool.pool == "new-volumes"
        data = self.clouds.new.block_storage.volumes.data
        self.snapshots.setdefault((image, snapshot), data[image.removeprefix("volume-")])

    def remove_snapshot(self, _pool: CephPool, image: str, snapshot: str) -> None:
        """Remove a snapshot of an image of the destination."""
        self.snapshots.pop((image, snapshot), None)

    def is_untouched_clone(self, _pool: CephPool, _image: str, parent: str) -> bool:
        """Return what Ceph says of a clone of that snapshot of the source."""
        assert parent.startswith("old-volumes/volume-")
        return self.is_untouched

    def digest_of(
        self, pool: CephPool, image: str, snapshot: str, *, passing: Callable[[int], None]
    ) -> str:
        """Return the hash of a snapshot's bytes."""
        self.hashed += 1
        if pool.pool == "new-volumes":
            data = self.snapshots[image, snapshot]
        else:
            rows = self.clouds.old.block_storage.snapshots.rows
            data = rows[snapshot.removeprefix("snapshot-")]["~data"]
        passing(len(data))
        return sha256(data).hexdigest()


@contextmanager
def reached(folder: Path, clouds: TwoClouds) -> Iterator[ComparedCeph]:
    """Have the configuration say how ``rbd`` reaches the pools of both clouds."""
    document = yaml.safe_load((folder / "clouds.yaml").read_text())
    for name in ("old", "new"):
        (folder / "ceph.conf").touch()
        pool = {"pool": f"{name}-volumes", "conf": "ceph.conf"}
        document["clouds"][name].setdefault("pumphouse", {})["ceph"] = {f"{name}-ctl@nfs#nfs": pool}
    (folder / "clouds.yaml").write_text(yaml.safe_dump(document))
    ceph = ComparedCeph(clouds)
    names = ("add_snapshot", "remove_snapshot", "is_untouched_clone", "digest_of")
    with patch.multiple(rbd, **{each: getattr(ceph, each) for each in names}):
        yield ceph
