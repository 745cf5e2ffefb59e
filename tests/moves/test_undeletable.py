"""What the storage refuses to delete after a move stays, is named, and is tried again later."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.jobs.models import Job
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.journeys import between
from tests.support.cloud.messages import Refused
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds whose images live in Ceph, as do the disks made from them."""
    with between(tmp_path, "2026.2", "2026.2") as clouds:
        clouds.new.image.images.clones = True
        yield clouds


def temporary(clouds: TwoClouds) -> list[str]:
    """Return the ids of the temporary images on the destination."""
    rows = clouds.new.image.images.rows.values()
    return [row["id"] for row in rows if (row["name"] or "").startswith("pumphouse-")]


def named(job: Job, ids: list[str]) -> bool:
    """Return whether the job's log names all of the images."""
    return all(job.log.filter(message__contains=f"Kept temporary image {id_}") for id_ in ids)


def test_the_move_is_complete_and_names_them(clouds):
    plan = clouds.plan(NAME)
    job = clouds.execute(plan)
    kept = temporary(clouds)
    assert kept and named(job, kept)
    assert clouds.verify(plan) == []


def test_a_rollback_deletes_them(clouds):
    before = contents(clouds.new)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert temporary(clouds)
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_finalizing_tries_again_and_names_what_still_remains(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    clouds.verify(plan)
    kept = temporary(clouds)
    job = clouds.finalize(plan)
    assert temporary(clouds) == kept and named(job, kept)


def test_finalizing_deletes_what_it_can_by_then(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    clouds.verify(plan)
    assert temporary(clouds)
    clouds.new.image.images.clones = False
    clouds.finalize(plan)
    assert temporary(clouds) == []


def test_a_copy_that_the_source_refuses_to_delete_does_not_stop_the_move(clouds, monkeypatch):
    snapshots = clouds.old.block_storage.snapshots
    kept = {*snapshots.rows}
    delete = snapshots.remove
    refusals = []

    def refuse_once(row, request):
        if not refusals:
            refusals.append(row["id"])
            raise Refused(400, "Invalid snapshot: it has dependent volumes.")
        delete(row, request)

    monkeypatch.setattr(snapshots, "remove", refuse_once)
    before = contents(clouds.old)["block_storage/volumes"].keys()
    clouds.execute(clouds.plan(NAME))
    assert refusals and {*snapshots.rows} == kept
    assert contents(clouds.old)["block_storage/volumes"].keys() == before


def test_a_deletion_that_fails_in_passing_is_retried(clouds, monkeypatch):
    """A service that is restarted refuses nothing: the image is not left for somebody to find."""
    images = clouds.new.image.images
    images.clones = False
    delete = images.remove
    failures = []

    def fail_once(row, request):
        if not failures:
            failures.append(row["id"])
            raise Refused(503, "Service Unavailable")
        delete(row, request)

    monkeypatch.setattr(images, "remove", fail_once)
    job = clouds.execute(clouds.plan(NAME))
    assert failures and temporary(clouds) == []
    assert not job.log.filter(message__contains="Kept temporary image").exists()
