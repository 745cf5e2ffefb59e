"""Volumes: what the destination's Cinder would refuse, and what it does not list."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan, PlanItem
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

DATA = f"{NAME}-data"
METADATA = "volume_image_metadata"


@contextmanager
def tenant(folder: Path, *, new: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds, the old one with the seeded tenant."""
    with two_clouds(folder, new=new) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def data_of(clouds: TwoClouds) -> dict[str, object]:
    """Return the row of the tenant's data volume on the source."""
    [volume] = clouds.old.block_storage.volumes.where(name=DATA)
    return volume


def item_of(plan: Plan) -> PlanItem:
    """Return the plan's item of the data volume."""
    return plan.items.get(type="volume", name=DATA)


def losses_of(plan: Plan) -> set[str]:
    """Return what the plan says that the data volume loses."""
    return {loss["field"] for loss in item_of(plan).losses}


def test_a_volume_that_is_larger_than_any_may_be_there_blocks_the_plan(tmp_path):
    with tenant(tmp_path) as clouds:
        data_of(clouds)["size"] = 20
        clouds.new.quotas.set_default("block_storage", per_volume_gigabytes=19)
        found = blocks(draft(clouds))
        assert f"Volume {DATA} has 20 GiB; cloud new allows 19 per volume." in found
        clouds.new.quotas.set_default("block_storage", per_volume_gigabytes=20)
        assert "per volume" not in blocks(draft(clouds))


@pytest.mark.parametrize(("new", "is_lost"), [("2023.1", True), ("2025.1", False)])
def test_long_image_metadata_is_a_loss_where_cinder_refuses_it(tmp_path, new, is_lost):
    with tenant(tmp_path, new=new) as clouds:
        data_of(clouds)[METADATA] = {"note": "x" * 256, "hw_disk_bus": "scsi"}
        plan = draft(clouds)
        assert (METADATA in losses_of(plan)) == is_lost
        move = executed(clouds, plan, "volume")
        assert not unexpected(move, item_of(plan))
        row = move.row_of(item_of(plan))
        assert row is not None
        assert row[METADATA]["hw_disk_bus"] == "scsi"


def test_a_private_volume_type_of_the_same_name_is_used(tmp_path):
    with tenant(tmp_path) as clouds:
        data_of(clouds)["volume_type"] = "fast"
        clouds.new.block_storage.types.add("fast", is_public=False)
        plan = draft(clouds)
        assert "volume_type" not in losses_of(plan)
        move = executed(clouds, plan, "volume")
        assert not unexpected(move, item_of(plan))


def test_a_temporary_image_on_which_a_disk_rests_is_kept_and_named(tmp_path):
    def in_use(request: Request, answer: Answer) -> None:
        if request.method == "DELETE" and "/images/" in request.path:
            answer.status, answer.body = 409, {"message": "Image is in use."}

    with tenant(tmp_path) as clouds:
        plan = draft(clouds)
        clouds.new.on_answer = in_use
        executed(clouds, plan, "volume")
        [entry] = plan.ledger_entries.filter(source_id=item_of(plan).source_id)
        assert entry.stage_data["destination_image"]
        assert "cleanup" in entry.stages


def test_a_volume_that_is_full_is_copied_in_a_format_that_fits(tmp_path):
    with tenant(tmp_path) as clouds:
        clouds.old.block_storage.actions.volumes_are_full = True
        images = {*clouds.old.image.images.rows}
        plan = draft(clouds)
        executed(clouds, plan, "volume")
        uploads = Counter(clouds.old.block_storage.actions.uploads)
        assert uploads["raw"] == uploads["qcow2"] > 0
        assert {*clouds.old.image.images.rows} == images


def test_a_zone_that_the_destination_lacks_is_a_loss(tmp_path):
    with tenant(tmp_path) as clouds:
        data_of(clouds)["availability_zone"] = "cellar"
        plan = draft(clouds)
        assert "availability_zone" in losses_of(plan)
        move = executed(clouds, plan, "volume")
        assert not unexpected(move, item_of(plan))


def test_backups_transfers_and_groups_are_named_with_their_number(tmp_path):
    with tenant(tmp_path) as clouds:
        data = data_of(clouds)
        data["group_id"] = "a-group"
        for key in ("block_storage/backups", "volume/transfers"):
            clouds.old.rows(key).update(
                mine={"id": "mine", "volume_id": data["id"]},
                theirs={"id": "theirs", "volume_id": "another"},
            )
        found = [*draft(clouds).findings.filter(severity="warn").values_list("sentence", flat=True)]
        for begin in ("1 backups", "1 transfers", "1 volumes are in 1 volume groups"):
            assert any(sentence.startswith(begin) for sentence in found), begin


def test_an_encrypted_volume_blocks_with_its_key_and_type(tmp_path):
    with tenant(tmp_path) as clouds:
        data_of(clouds).update(encrypted=True, encryption_key_id="the-key")
        found = blocks(draft(clouds))
        assert f"Volume {DATA} is encrypted by its type" in found
        assert "with key the-key: the operator's account may not read its key" in found
        assert "Give it the role admin on the tenant's project" in found
