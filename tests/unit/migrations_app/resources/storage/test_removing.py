"""Volumes and snapshots are deleted once, when Cinder can, whoever asked for it first."""

from collections.abc import Iterator

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.resources.storage.common.removing import remove
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import one_cloud
from tests.support.cloud.sessions import operator_of


@pytest.fixture
def cloud() -> Iterator[MemoryCloud]:
    with one_cloud() as cloud:
        yield cloud


@pytest.fixture
def operator(cloud: MemoryCloud) -> CloudSession:
    return operator_of(cloud)


@pytest.fixture
def volume(cloud: MemoryCloud, operator: CloudSession) -> str:
    made = operator.post("block_storage", "/volumes", {"volume": {"size": 1}}, "volume")
    return str(made["id"])


@pytest.fixture
def snapshot(cloud: MemoryCloud, operator: CloudSession, volume: str) -> str:
    body = {"snapshot": {"volume_id": volume, "force": True}}
    return str(operator.post("block_storage", "/snapshots", body, "snapshot")["id"])


def test_what_is_being_deleted_already_is_waited_for(cloud, operator, volume, snapshot):
    cloud.polls = 3
    operator.delete("block_storage", f"/snapshots/{snapshot}")
    remove(operator, f"/snapshots/{snapshot}", "snapshot")
    operator.delete("block_storage", f"/volumes/{volume}")
    remove(operator, f"/volumes/{volume}", "volume")
    assert cloud.block_storage.snapshots.where() == cloud.block_storage.volumes.where() == []


def test_what_is_gone_stays_gone(operator):
    remove(operator, "/volumes/6d1c9b9e-0000-4000-8000-000000000000", "volume")
    assert operator.find("block_storage", "/volumes/6d1c9b9e-0000-4000-8000-000000000000") is None


@pytest.mark.parametrize(
    "status",
    [
        *("creating", "uploading", "backing-up", "restoring-backup"),
        "managing",
        "detaching",
        "in-use",
    ],
)
def test_it_is_deleted_when_it_has_come_to_rest(cloud, operator, volume, status):
    cloud.polls = 2
    row = cloud.block_storage.volumes.get(volume)
    row["status"] = status
    cloud.block_storage.volumes.later(row, status="available")
    remove(operator, f"/volumes/{volume}", "volume")
    assert cloud.block_storage.volumes.where() == []


def test_a_volume_that_stays_in_use_is_kept(cloud, operator, volume):
    cloud.block_storage.volumes.get(volume)["status"] = "in-use"
    with pytest.raises(NeedsOperator, match="to be used by nothing"):
        remove(operator, f"/volumes/{volume}", "volume")
    assert cloud.block_storage.volumes.where(id=volume)


@pytest.mark.parametrize("status", ["error_deleting", "available"])
def test_a_deletion_that_failed_is_tried_again(cloud, operator, volume, status):
    """Available is what Cinder makes of a volume that its driver finds busy."""
    row = cloud.block_storage.volumes.get(volume)
    row["status"] = "deleting"
    cloud.polls = 3
    cloud.block_storage.volumes.later(row, status=status)
    with pytest.raises(Retryable, match="failed to delete"):
        remove(operator, f"/volumes/{volume}", "volume")
    remove(operator, f"/volumes/{volume}", "volume")
    assert cloud.block_storage.volumes.where() == []
