"""An encrypted volume moves with its key, which nobody but its project may read."""

from collections.abc import Iterator

import pytest

from dashboard.jobs.models import LogLine
from dashboard.migrations_app.models import LedgerEntry, Plan
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db

DATA, SHELF = f"{NAME}-data", f"{NAME}-shelf"
LUKS = {"provider": "luks", "cipher": "aes-xts-plain64", "key_size": 256}
PAYLOAD = b"\x00the key of the goods\xff"


@pytest.fixture
def clouds(tmp_path) -> Iterator[TwoClouds]:
    """Return two clouds with a tenant, whose volumes (one in use, one not) are encrypted."""
    with two_clouds(tmp_path) as both:
        tenant_between(both.old, both.new)
        for cloud in (both.old, both.new):
            cloud.block_storage.types.add("vault", **{"~encryption": dict(LUKS)})
        [owner] = both.old.identity.users.where(name=f"{NAME}-ann")
        for name in (DATA, SHELF):
            encrypt(both.old, name, owner["id"])
        let_operator_in(both.old)
        yield both


def encrypt(cloud: MemoryCloud, name: str, user_id: str) -> None:
    [volume] = cloud.block_storage.volumes.where(name=name)
    [vault] = cloud.block_storage.types.where(name="vault")
    id_ = cloud.new_id()
    cloud.key_manager.rows[id_] = {
        **{"id": id_, "name": None, "algorithm": "aes", "bit_length": 256, "mode": None},
        **{"secret_type": "symmetric", "expiration": None, "status": "ACTIVE", "created": ""},
        **{"updated": "", "creator_id": user_id, "secret_ref": f"http://b/v1/secrets/{id_}"},
        **{"~project": volume["os-vol-tenant-attr:tenant_id"], "~payload": PAYLOAD},
        **{"~type": "application/octet-stream", "~access": {"project-access": True}},
    }
    volume.update(encrypted=True, encryption_key_id=id_)
    volume.update(volume_type="vault", volume_type_id=vault["id"])


def let_operator_in(cloud: MemoryCloud) -> None:
    [admin], [role] = (
        found.where(name="admin") for found in (cloud.identity.users, cloud.identity.roles)
    )
    [project] = cloud.identity.projects.where(name=NAME)
    held = {"user_id": admin["id"], "project_id": project["id"]}
    cloud.identity.assignments.give(role["id"], **held)


def secrets_in(cloud: MemoryCloud, name: str) -> list[bytes]:
    [project] = cloud.identity.projects.where(name=name)
    rows = cloud.key_manager.rows.values()
    return [row["~payload"] for row in rows if row["~project"] == project["id"]]


def item(plan: Plan, name: str):
    return plan.items.get(type="volume", name=name)


def test_the_copy_has_the_encrypted_bytes_and_a_key_that_opens_them(clouds):
    plan = draft(clouds)
    assert not blocks(plan)
    before = len(clouds.old.key_manager.rows)
    move = executed(clouds, plan, "volume")
    for name in (DATA, SHELF):
        assert not unexpected(move, item(plan, name))
        [there] = clouds.new.block_storage.volumes.where(name=name)
        [here] = clouds.old.block_storage.volumes.where(name=name)
        assert there["encrypted"]
        assert clouds.new.key_manager.rows[there["encryption_key_id"]]["~payload"] == PAYLOAD
        data_there, data_here = (
            cloud.block_storage.volumes.data[row["id"]]
            for cloud, row in ((clouds.new, there), (clouds.old, here))
        )
        assert data_there == data_here
    assert secrets_in(clouds.new, NAME).count(PAYLOAD) == 2, "a key of an image stays behind"
    assert len(clouds.old.key_manager.rows) == before, "a key of an image stays in the source"


def test_the_key_is_in_no_row_and_no_line_of_the_log(clouds):
    executed(clouds, draft(clouds), "volume")
    word = "the key of the goods"
    assert not [entry for entry in LedgerEntry.objects.all() if word in str(entry.stage_data)]
    assert not LogLine.objects.filter(message__contains=word).exists()


def test_a_type_there_that_does_not_encrypt_blocks_the_plan(clouds):
    [vault] = clouds.new.block_storage.types.where(name="vault")
    del vault["~encryption"]
    found = blocks(draft(clouds))
    assert f"Volume {DATA} is encrypted by its type vault" in found
    assert "its type there does not encrypt with provider luks, cipher aes-xts-plain64" in found


def test_a_destination_without_a_key_manager_blocks_the_plan(clouds):
    clouds.new.has_key_manager = False
    assert "the destination has no key manager" in blocks(draft(clouds))


def test_a_copy_that_is_not_encrypted_is_a_difference(clouds):
    plan = draft(clouds)
    move = executed(clouds, plan, "volume")
    clouds.new.block_storage.volumes.where(name=DATA)[0]["encrypted"] = False
    assert unexpected(move, item(plan, DATA)) == {"encrypted"}


def test_a_cinder_that_tells_no_key_is_named(clouds):
    [volume] = clouds.old.block_storage.volumes.where(name=DATA)
    del volume["encryption_key_id"]
    assert "Cinder tells its key from microversion 3.64 on only" in blocks(draft(clouds))


def test_its_snapshots_stay_with_a_reason(clouds):
    [owner] = clouds.old.identity.users.where(name=f"{NAME}-ann")
    encrypt(clouds.old, f"{NAME}-diary", owner["id"])
    plan = draft(clouds)
    skipped = plan.items.filter(type="volume_snapshot", action="skip")
    assert skipped.count() == 2
    assert all("encrypted" in each.losses[0]["reason"] for each in skipped)
