"""Ceph delta: what changed between snapshots goes from one pool of Ceph to another."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
import yaml

from dashboard.clients import rbd
from dashboard.clients.rbd import CephPool
from dashboard.errors import Retryable
from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers, losing_records
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)

DATA = f"{NAME}-data"
GOODS = b"the goods of the shop " * 40


class FakeCeph:
    """Both clouds' images, as rbd sees them. ``breaks`` has the next copy break off."""

    def __init__(self, clouds: TwoClouds, folder: Path) -> None:
        self.clouds, self.folder = clouds, folder
        self.snapshots: dict[str, dict[str, bytes]] = {}
        self.passed: list[int] = []
        self.breaks = self.spoils = False
        self.dies_at = 0
        self.listed = self.hashed = 0

    def copy_changes(
        self,
        source: CephPool,
        image: str,
        destination: CephPool,
        target: str,
        *,
        since: str,
        until: str,
        passing: Callable[[int], None],
    ) -> int:
        """Write what changed; the target must have the snapshot from which that counts."""
        assert (source, destination) == (self.pool_of("old"), self.pool_of("new"))
        old = self.clouds.old.block_storage.snapshots.rows
        before = old[since.removeprefix("snapshot-")]["~data"] if since else b""
        after = old[until.removeprefix("snapshot-")]["~data"]
        there = self.snapshots.setdefault(target, {})
        assert since == "" or since in there
        assert until not in there
        changed = {i: b for i, b in enumerate(after) if before[i : i + 1] != bytes([b])}
        passing(len(changed))
        data = self.clouds.new.block_storage.volumes.data
        found = bytearray(data.get(target.removeprefix("volume-"), b"").ljust(len(after), b"\0"))
        for place, byte in changed.items():
            found[place] = byte
        data[target.removeprefix("volume-")] = bytes(found)
        if self.breaks:
            self.breaks = False
            raise Retryable("It broke off.")
        there[until] = bytes(found[::-1] if self.spoils else found)
        self.passed.append(len(changed))
        if self.dies_at == len(self.passed):
            raise RuntimeError("The worker died.")
        return len(changed)

    def pool_of(self, cloud: str) -> CephPool:
        """Return the pool of a cloud: each is of a cluster of its own."""
        conf, keyring = (str(self.folder / f"{cloud}.{kind}") for kind in ("conf", "keyring"))
        return CephPool(pool=f"{cloud}-volumes", conf=conf, keyring=keyring, user=f"{cloud}-mover")

    def snapshots_of(self, pool: CephPool, image: str) -> list[str]:
        """Return the names of the snapshots of an image of the destination."""
        assert pool == self.pool_of("new")
        return [*self.snapshots.get(image, ())]

    def remove_snapshot(self, pool: CephPool, image: str, snapshot: str) -> None:
        """Remove a snapshot of an image of the destination."""
        assert pool == self.pool_of("new")
        self.snapshots.get(image, {}).pop(snapshot, None)

    def digest_of(
        self, pool: CephPool, image: str, snapshot: str, *, passing: Callable[[int], None]
    ) -> str:
        """Return what stands for the hash of a snapshot's bytes."""
        passing(1)
        self.hashed += 1
        if pool == self.pool_of("new"):
            return self.snapshots[image][snapshot].hex()
        rows = self.clouds.old.block_storage.snapshots.rows
        data: bytes = rows[snapshot.removeprefix("snapshot-")]["~data"]
        return data.hex()

    def images_of(self, pool: CephPool) -> frozenset[str]:
        """Return the names of the source's volumes in its pool."""
        assert pool == self.pool_of("old")
        self.listed += 1
        volumes = self.clouds.old.block_storage.volumes
        return frozenset(f"volume-{id_}" for id_ in volumes.rows)


@contextmanager
def tenant(folder: Path, *, named: tuple[str, ...] = ("old", "new")) -> Iterator[Any]:
    """Serve two clouds on Ceph, which the configuration names."""
    with two_clouds(folder) as clouds:
        tenant_between(clouds.old, clouds.new)
        name_pools(folder, clouds, named)
        volumes = clouds.old.block_storage.volumes
        [data] = volumes.where(name=DATA)
        volumes.data[data["id"]] = GOODS
        ceph = FakeCeph(clouds, folder)
        names = ("digest_of", "copy_changes", "snapshots_of", "remove_snapshot", "images_of")
        with patch.multiple(rbd, **{each: getattr(ceph, each) for each in names}):
            yield clouds, ceph


def name_pools(folder: Path, clouds: TwoClouds, named: tuple[str, ...]) -> None:
    """Name the pools of clouds in the configuration, each in a cluster of its own."""
    document = yaml.safe_load((folder / "clouds.yaml").read_text())
    for name in named:
        files = {kind: f"{name}.{kind}" for kind in ("conf", "keyring")}
        for file in files.values():
            (folder / file).touch()
        pool = {"pool": f"{name}-volumes", "user": f"{name}-mover", **files}
        document["clouds"][name]["pumphouse"] = {"ceph": {f"{name}-ctl@nfs#nfs": pool}}
    (folder / "clouds.yaml").write_text(yaml.safe_dump(document))


def why_not(plan: Plan) -> str:
    return str(plan.items.get(type="volume", name=DATA).data_path["others"]["ceph_delta"])


@pytest.mark.parametrize("losing", ["answers", "records"])
def test_a_volume_comes_and_goes_though_each_answer_or_record_is_lost_once(tmp_path, losing):
    with tenant(tmp_path) as (clouds, ceph):

        def difficulty() -> Any:
            is_records = losing == "records"
            return losing_records() if is_records else losing_answers(clouds.old, clouds.new)

        before = contents(clouds.old), contents(clouds.new)
        plan = clouds.plan(NAME, snapshots="leave")
        item = plan.items.get(type="volume", name=DATA)
        assert item.data_path["name"] == "ceph_delta"
        assert ceph.listed == 1  # for all volumes
        ceph.breaks = True
        with difficulty():
            clouds.execute(plan)
        entry = plan.ledger_entries.get(type="volume", source_id=item.source_id)
        data = clouds.new.block_storage.volumes.data
        assert data[entry.destination_id] == GOODS
        assert clouds.verify(plan) == []
        assert not any(ceph.snapshots.values())
        assert not clouds.old.block_storage.snapshots.where(volume_id=item.source_id)
        with difficulty():
            clouds.roll_back(plan)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]


def test_a_copy_with_other_bytes_is_found_before_its_snapshots_go(tmp_path):
    with tenant(tmp_path) as (clouds, ceph):
        plan = clouds.plan(NAME, snapshots="leave")
        item = plan.items.get(type="volume", name=DATA)
        with patch.object(ceph, "spoils", True):
            job = clouds.execute(plan, state="failed")
        step = job.steps.get(key=f"volume:{item.source_id}:compare")
        assert f"The copy of volume {DATA} does not have the bytes of its snapshot." in step.error
        clouds.roll_back(plan)
        assert not any(ceph.snapshots.values())


def test_a_pass_that_came_and_was_not_stored_goes_with_a_rollback(tmp_path):
    with tenant(tmp_path) as (clouds, ceph):
        plan = clouds.plan(NAME, snapshots="leave")
        volumes = plan.items.filter(type="volume", resolution__data_path__name="ceph_delta")
        ceph.dies_at = 2 * volumes.count()  # the last one of the cutover
        clouds.execute(plan, state="errored")
        clouds.roll_back(plan)
        assert not any(ceph.snapshots.values())


def test_huge_volumes_need_not_be_compared(tmp_path):
    with tenant(tmp_path) as (clouds, ceph):
        clouds.execute(clouds.plan(NAME, snapshots="leave", checksums="skip"))
        assert ceph.hashed == 0


def test_what_is_not_on_ceph_takes_another_path_and_says_why(tmp_path):
    with tenant(tmp_path, named=("old",)) as (clouds, _):
        sentence = "The configuration of cloud new has no Ceph for new-ctl@nfs#nfs."
        assert why_not(draft(clouds)) == sentence
        chosen = draft(clouds, options={"data_paths": [f"volume:{DATA}=ceph_delta"]})
        assert f"cannot go by Ceph delta: {sentence}" in blocks(chosen)
