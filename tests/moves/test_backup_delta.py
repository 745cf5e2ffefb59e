"""Backup delta: a volume is brought while its server runs, and in the cutover what has changed."""

import pytest

from tests.support.cloud.backed_up import (
    AFTER,
    BEFORE,
    CHANGED,
    DATA,
    Delta,
    tenant,
    why_not_by_backups,
)
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.seeds import NAME
from tests.support.cloud.volume.chunks import BLOCK, PosixFiles

pytestmark = pytest.mark.django_db(transaction=True)


def test_only_what_changed_is_written_in_the_cutover_and_nothing_is_left(tmp_path):
    with tenant(tmp_path) as clouds:
        move = Delta(clouds)
        assert move.data.data_path["name"] == "backup_delta"
        move.do_until_cutover()
        written = clouds.new.block_storage.backups.written
        assert written == [len(BEFORE)]
        move.write(AFTER)
        move.do_cutover()
        assert move.copied() == CHANGED
        assert written == [len(BEFORE), BLOCK]
        copy = move.row_of(move.data)
        assert copy is not None
        assert copy["metadata"] == {"purpose": "goods"}
        assert copy["user_id"] != clouds.destination_session.user_id
        assert move.left() == []


def test_nothing_is_deleted_until_the_server_runs_again(tmp_path):
    with tenant(tmp_path) as clouds:
        move = Delta(clouds)
        [server] = move.data.fields["server_ids"]
        steps = {step.key: step for step in move._ordered()}
        cleanup = steps.pop(f"volume:{move.data.source_id}:cleanup")
        assert f"server:{server}:power" in cleanup.after
        for step in steps.values():
            move.do(step)
        old, id_ = clouds.old.block_storage, move.data.source_id
        left = [*old.backups.rows.values(), *old.snapshots.where(volume_id=id_)]
        names = {str(each["name"]).removeprefix(f"pumphouse-volume-{id_}-") for each in left}
        assert names >= {"ahead", "cutover", "snapshot"}
        move.do(cleanup)
        assert move.left() == []


def test_a_volume_comes_and_goes_though_every_answer_is_lost_once(tmp_path):
    with tenant(tmp_path) as clouds:
        before = contents(clouds.old), contents(clouds.new)
        plan = clouds.plan(NAME, snapshots="leave")
        with losing_answers(clouds.old, clouds.new) as lost:
            clouds.execute(plan)
        assert any("/backups" in call for call in lost)
        assert any("import_record" in call for call in lost)
        assert clouds.verify(plan) == []
        with losing_answers(clouds.old, clouds.new):
            clouds.roll_back(plan)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]


def test_a_rollback_from_within_leaves_nothing(tmp_path):
    with tenant(tmp_path) as clouds:
        before = contents(clouds.old), contents(clouds.new)
        plan = clouds.plan(NAME, snapshots="leave")
        clouds.new.block_storage.backups.keep_in(PosixFiles(tmp_path / "another"))
        job = clouds.execute(plan, state="failed")
        [step] = job.steps.filter(key__endswith=":prepare", state="failed")
        assert "that both clouds use one store" in step.fix
        clouds.new.block_storage.backups.keep_in(clouds.old.block_storage.backups.store)
        clouds.roll_back(plan)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]


@pytest.mark.parametrize("trap", ["of another", "failed", "deleted"])
def test_where_no_increment_can_be_all_is_written_again(tmp_path, trap):
    with tenant(tmp_path, old="queens") as clouds:
        move = Delta(clouds)
        move.do_until_cutover()
        backups = clouds.old.block_storage.backups
        [ours] = [
            each for each in backups.rows.values() if each["volume_id"] == move.data.source_id
        ]
        if trap == "of another":
            theirs = {**ours, "id": "theirs", "name": "nightly"}
            backups.rows["theirs"] = theirs
        elif trap == "failed":
            backups.fails = True
        else:
            del backups.rows[ours["id"]]
        move.write(AFTER)
        move.do_cutover()
        assert move.copied() == CHANGED
        assert clouds.new.block_storage.backups.written[-1] == len(BEFORE)


def test_a_volume_that_was_resized_since_is_not_moved(tmp_path):
    with tenant(tmp_path) as clouds:
        plan = clouds.plan(NAME, snapshots="leave")
        [data] = clouds.old.block_storage.volumes.where(name=DATA)
        data["size"] += 1
        job = clouds.execute(plan, state="failed")
        step = job.steps.get(key=f"volume:{data['id']}:prepare")
        assert f"Volume {DATA} has been resized since the plan." in step.error


@pytest.mark.parametrize(
    ("arranged", "sentence"),
    [
        (
            "unnamed",
            "The configuration names neither one store of backups for both clouds nor one",
        ),
        ("stopped", "No cinder-backup reports on cloud new."),
        ("files", "Storage of cloud new is NFS: where volumes are files, Cinder truncates what"),
        ("full", "The quota backups of the operator's project on cloud new has no room for 3."),
    ],
)
def test_what_cannot_go_by_backups_says_why(tmp_path, arranged, sentence):
    with tenant(tmp_path, named=arranged != "unnamed") as clouds:
        storage = clouds.new.block_storage
        if arranged == "stopped":
            storage.backups.runs = False
        if arranged == "files":
            storage.storage_protocol = "NFS"
        if arranged == "full":
            clouds.new.quotas.set_default("block_storage", backups=2)
        assert why_not_by_backups(draft(clouds)).startswith(sentence)
        chosen = draft(clouds, options={"data_paths": [f"volume:{DATA}=backup_delta"]})
        assert f"cannot go by Backup delta: {sentence}" in blocks(chosen)
