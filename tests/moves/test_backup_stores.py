"""Backups between clouds of which each has a store of its own: their objects are copied."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import pytest

from dashboard.clients.backup_stores.kinds.posix import PosixStore
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.data_paths.common import backups
from dashboard.migrations_app.models import Plan
from tests.support.cloud.backed_up import (
    AFTER,
    BEFORE,
    CHANGED,
    DATA,
    Delta,
    name_stores,
    two_stores,
    two_swifts,
    why_not_by_backups,
)
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers, retrying_at_once
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.seeds import NAME
from tests.support.cloud.volume.chunks import BLOCK, PosixFiles

pytestmark = pytest.mark.django_db(transaction=True)


@contextmanager
def written_objects() -> Iterator[dict[str, bytes]]:
    """Yield what is written into stores while inside, by its name."""
    found: dict[str, bytes] = {}
    write = PosixStore.write

    def noting(store: PosixStore, container: str, name: str, content: Any) -> None:
        assert name not in found
        write(store, container, name, content)
        found[name] = store.path.joinpath(container, name).read_bytes()

    with patch.object(PosixStore, "write", noting):
        yield found


@contextmanager
def dying_at_each_call() -> Iterator[set[str]]:
    """Break off each write in its middle, and each write and removal after it was done, once."""
    died: set[str] = set()

    def once(moment: str) -> None:
        if moment not in died:
            died.add(moment)
            raise Retryable(f"Killed: {moment}.")

    def after(what: str) -> Callable[..., Any]:
        method = getattr(PosixStore, what)

        def dying(store: PosixStore, container: str, name: str, *content: Any) -> None:
            for each in content:
                each.check = lambda: once(f"within {what} {container} {name}")
            method(store, container, name, *content)
            once(f"{what} {container} {name}")

        return dying

    with patch.multiple(PosixStore, **{each: after(each) for each in ("write", "remove", "tidy")}):
        yield died


def stores_of(clouds: TwoClouds) -> tuple[PosixFiles, PosixFiles]:
    old, new = (cloud.block_storage.backups.store for cloud in (clouds.old, clouds.new))
    assert isinstance(old, PosixFiles) and isinstance(new, PosixFiles)
    return old, new


def test_a_volume_is_moved_by_value_and_only_the_increments_objects_in_the_cutover(tmp_path):
    with two_stores(tmp_path) as clouds:
        old, new = stores_of(clouds)
        move = Delta(clouds)
        assert move.data.data_path["name"] == "backup_delta"
        with written_objects() as ahead:
            move.do_until_cutover()
        assert new.objects() == old.objects()
        assert {*map(len, ahead.values())} == {*map(len, new.objects().values())}
        move.write(AFTER)
        with written_objects() as increment:
            move.do_cutover()
        first, metadata, _ = sorted(increment)
        assert first.endswith("-00001") and metadata.endswith("_metadata")
        assert not increment.keys() & ahead.keys()
        assert len(increment[first]) < BLOCK < len(BEFORE)
        assert clouds.new.block_storage.backups.written == [len(BEFORE), BLOCK]
        assert move.copied() == CHANGED
        assert move.left() == []


def test_a_volume_comes_and_goes_though_it_is_killed_at_each_call(tmp_path):
    with two_stores(tmp_path) as clouds:
        old, new = stores_of(clouds)
        theirs = new.folder / "nightly"
        theirs.write_bytes(b"of others")
        before = contents(clouds.old), contents(clouds.new)
        plan = clouds.plan(NAME, snapshots="leave")
        with dying_at_each_call() as died, losing_answers(clouds.old, clouds.new):
            clouds.execute(plan)
        assert {each.partition(" ")[0] for each in died} == {"within", "write", "tidy"}
        assert clouds.verify(plan) == []
        source_id = plan.items.get(type="volume", name=DATA).source_id
        entry = plan.ledger_entries.get(type="volume", source_id=source_id)
        assert clouds.new.block_storage.volumes.data[entry.destination_id] == BEFORE
        with dying_at_each_call(), losing_answers(clouds.old, clouds.new):
            clouds.roll_back(plan)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]
        assert (old.objects(), new.objects()) == ({}, {"nightly": b"of others"})


def test_what_was_copied_and_never_imported_is_removed_object_by_object(tmp_path):
    with two_stores(tmp_path) as clouds:
        old, new = stores_of(clouds)
        before = contents(clouds.old), contents(clouds.new)
        plan = clouds.plan(NAME, snapshots="leave")
        clouds.new.block_storage.backups.keep_in(PosixFiles(new.folder, driver="nfs"))
        job = clouds.execute(plan, state="failed")
        assert job.steps.filter(key__endswith=":prepare", error__contains="cannot find backup")
        assert new.objects()
        with dying_at_each_call() as died, retrying_at_once():
            clouds.roll_back(plan)
        assert any(each.startswith("remove") for each in died)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]
        assert (old.objects(), new.objects()) == ({}, {})
        assert not [*new.folder.rglob("*/*/*")]


def test_an_increment_of_which_something_was_written_is_not_followed_by_another(tmp_path):
    with two_stores(tmp_path) as clouds:
        move = Delta(clouds)
        move.do_until_cutover()
        move.write(AFTER)
        capture, transfer, *_ = move.cutover_steps()
        move.do(capture)
        broken = patch.object(backups, "restore", side_effect=NeedsOperator("It broke off."))
        with broken, pytest.raises(NeedsOperator, match="It broke off"):
            move.do(transfer)
        move.undo(transfer)
        move.undo(capture)
        assert move.left() == []


def test_a_store_that_has_gone_since_the_plan_blocks_it_before_anything_is_stopped(tmp_path):
    with two_stores(tmp_path) as clouds:
        plan = clouds.plan(NAME, snapshots="leave")
        shutil.rmtree(tmp_path / "new-backups")
        clouds.preflight(plan)
        sentence = f"The store of backups {tmp_path}/new-backups of cloud new is no directory here."
        assert f"No volume can go by Backup delta: {sentence}" in blocks(fresh(plan))
        assert fresh(plan).state == Plan.State.BLOCKED


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        ({"kind": "posix", "path": "none"}, "The store of backups {}/none of cloud new is no dir"),
        ({"kind": "swift"}, "The stores of backups are directories and accounts of Swift: Cinder"),
        ("rack-backups", "The configuration names neither one store of backups for both clouds"),
    ],
)
def test_stores_that_do_not_fit_are_named_by_the_plan(tmp_path, store, sentence):
    with two_stores(tmp_path) as clouds:
        name_stores(tmp_path, {"new": store})
        plan = draft(clouds)
        told = sentence.format(tmp_path)
        assert why_not_by_backups(plan).startswith(told)
        warned = plan.findings.filter(severity="warn").values_list("sentence", flat=True)
        assert any(each.startswith(f"No volume can go by Backup delta: {told}") for each in warned)


@pytest.mark.parametrize(
    ("store", "sentence"),
    [
        (
            {"kind": "nfs", "path": "old-backups"},
            "Cinder of cloud old keeps its backups by cinder.backup.drivers.posix.PosixBackupDriver"
            ", and the configuration says that it does by cinder.backup.drivers.nfs.",
        ),
        (
            {"kind": "posix", "path": "new-backups"},
            "The store of backups of cloud old lacks 2 objects of a backup, volume_",
        ),
    ],
)
def test_a_store_that_is_not_the_clouds_is_named_while_the_server_runs(tmp_path, store, sentence):
    with two_stores(tmp_path) as clouds:
        name_stores(tmp_path, {"old": store})
        plan = clouds.plan(NAME, snapshots="leave")
        job = clouds.execute(plan, state="failed")
        assert job.steps.filter(key__endswith=":prepare", error__contains=sentence)
        clouds.roll_back(plan)
        assert [each.objects() for each in stores_of(clouds)] == [{}, {}]


@pytest.mark.parametrize("old", ["queens", "2026.2"])
def test_a_volume_goes_from_swift_to_swift(tmp_path, old):
    with two_swifts(tmp_path, old=old) as (clouds, here, there):
        move = Delta(clouds)
        assert move.data.data_path["name"] == "backup_delta"
        move.do_until_cutover()
        names = [[each.partition("/")[2] for each in swift.objects] for swift in (here, there)]
        assert sorted(names[0]) == sorted(names[1])
        assert sorted(there.objects.values()) == sorted(here.objects.values())
        move.write(AFTER)
        there.damages = True
        with pytest.raises(Retryable, match="Swift of cloud new got other bytes than were sent"):
            move.do_cutover()
        move.do_cutover()
        assert move.copied() == CHANGED
        assert (here.objects, there.objects) == ({}, {})
