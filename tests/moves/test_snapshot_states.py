"""Snapshots of volumes: the moved volume goes through their states, or they stay and are named."""

import pytest

from dashboard.errors import NeedsOperator
from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.moving import two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db
DIARY = f"{NAME}-diary"


@pytest.fixture
def clouds(tmp_path):
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def states_there(clouds):
    """Return the bytes of the snapshots of the diary by their names, and its own."""
    cinder = clouds.new.block_storage
    [volume] = cinder.volumes.where(name=DIARY)
    taken = cinder.snapshots.where(volume_id=volume["id"])
    return {each["name"]: each["~data"] for each in taken}, cinder.volumes.data[volume["id"]]


def test_the_volume_goes_through_the_states_of_its_snapshots(clouds):
    plan = draft(clouds)
    move = executed(clouds, plan, "volume_snapshot")
    taken, now = states_there(clouds)
    assert taken == {
        f"{NAME}-monday": b"diary of monday",
        f"{NAME}-tuesday": b"diary of tuesday",
    }
    assert now == b"diary of today"
    for item in move.items:
        assert not unexpected(move, item)


@pytest.mark.parametrize("protocol", ["NFS", "ceph"])
def test_they_stay_where_the_storage_would_change_them(clouds, protocol):
    clouds.new.block_storage.storage_protocol = protocol
    plan = draft(clouds)
    items = plan.items.filter(type="volume_snapshot")
    assert {item.action for item in items} == {"skip"}
    assert f"Storage of cloud new is by {protocol}" in items[0].losses[0]["reason"]
    executed(clouds, plan, "volume")
    assert states_there(clouds) == ({}, b"diary of today")


def test_after_a_crash_it_goes_on_with_the_state_where_it_was(clouds):
    plan = draft(clouds)
    refused = []

    def fail_once(request, answer):
        wrote = request.path.endswith("/action") and b"os-reimage" in request.content
        if wrote and not refused:
            refused.append(request)
            answer.status, answer.body = 400, {"badRequest": {"message": "not now"}}

    clouds.new.on_answer = fail_once
    with pytest.raises(NeedsOperator):
        executed(clouds, plan, "volume_snapshot")
    executed(clouds, plan, "volume_snapshot")
    taken, now = states_there(clouds)
    assert sorted(taken.values()) == [b"diary of monday", b"diary of tuesday"]
    assert now == b"diary of today"


def test_as_volumes_each_has_a_state_of_its_own(clouds):
    plan = draft(clouds, options={"snapshots": "volumes"}, **{f"volume:{DIARY}": "nfs"})
    move = executed(clouds, plan, "volume_snapshot")
    cinder = clouds.new.block_storage
    for item in move.items:
        assert not unexpected(move, item)
        row = move.clouds.new.rows("block_storage/volumes")[move.destination_ids()[item.source_id]]
        day = item.name.removeprefix(f"{NAME}-")
        assert cinder.volumes.data[row["id"]] == f"diary of {day}".encode()
        assert (row["metadata"], row["volume_type"]) == ({"day": day}, "nfs")
    assert states_there(clouds) == ({}, b"diary of today")


def test_the_plan_tells_what_they_cost(clouds):
    found = draft(clouds).findings.filter(type="volume_snapshot")
    assert found[0].sentence.startswith("2 snapshots of volumes are moved")
    assert "up to 2 GiB in all beside the volumes" in found[0].sentence
