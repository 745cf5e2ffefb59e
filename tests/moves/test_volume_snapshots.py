"""Snapshots of volumes on whole moves: rolled back before their volume, finalized before it."""

import pytest

from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.journeys import between
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
DIARY = f"{NAME}-diary"


@pytest.fixture
def clouds(tmp_path):
    with between(tmp_path, "queens", "2026.2") as clouds:
        yield clouds


def snapshots_of(cloud):
    return sorted(row["name"] for row in cloud.block_storage.snapshots.rows.values())


def test_a_rollback_leaves_nothing_of_them(clouds):
    before = contents(clouds.new)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert f"{NAME}-monday" in snapshots_of(clouds.new)
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_finalize_deletes_them_before_their_volume(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    clouds.finalize(plan)
    assert snapshots_of(clouds.old) == []
    assert clouds.old.block_storage.volumes.where(name=DIARY) == []


def test_what_stays_keeps_its_volume_in_the_source(clouds):
    clouds.new.block_storage.storage_protocol = "NFS"
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    clouds.finalize(plan)
    assert snapshots_of(clouds.old) == [f"{NAME}-monday", f"{NAME}-tuesday"]
    left = [row["name"] for row in clouds.old.block_storage.volumes.rows.values()]
    assert left == [DIARY]
