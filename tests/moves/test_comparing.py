"""The bytes of both sides are compared after a move by backups or by zero copy."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from threading import local
from typing import Any
from unittest.mock import patch

import pytest

from dashboard.errors import NeedsOperator
from dashboard.jobs.models import Job
from dashboard.jobs.operating import skip_step
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.data_paths.common import comparing
from dashboard.migrations_app.execution.accepting import accept
from dashboard.migrations_app.execution.verify import unexpected
from dashboard.migrations_app.models import Plan
from tests.moves.test_zero_copy import tenant as tenant_of_one_pool
from tests.support.cloud.backed_up import DATA
from tests.support.cloud.backed_up import tenant as tenant_with_backups
from tests.support.cloud.ceph import ComparedCeph, reached
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers, losing_records, retrying_at_once
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import TwoClouds, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)

TENANTS = {"backup_delta": tenant_with_backups, "zero_copy": tenant_of_one_pool}
SENTENCE = f"The copy of volume {DATA} does not have the bytes of its snapshot."


@pytest.fixture(params=TENANTS)
def path(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=["rbd", "images"])
def way(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@contextmanager
def served(
    path: str, folder: Path, *, way: str = "rbd"
) -> Iterator[tuple[TwoClouds, ComparedCeph | None]]:
    """Serve two clouds with a tenant whose volume goes by that path, to be compared that way."""
    with ExitStack() as stack:
        clouds = stack.enter_context(TENANTS[path](folder))
        yield clouds, stack.enter_context(reached(folder, clouds)) if way == "rbd" else None


def planned(clouds: TwoClouds, path: str, way: str, snapshots: str = "leave") -> Plan:
    chosen = [f"volume:{DATA}={path}"]
    plan = clouds.plan(NAME, snapshots=snapshots, data_paths=chosen, checksums=CHECKSUMS[way])
    assert plan.items.get(type="volume", name=DATA).data_path["name"] == path
    return plan


CHECKSUMS = {"rbd": "compare", "images": "images", "none": "compare", "skip": "skip"}


def running_servers_write(clouds: TwoClouds) -> None:
    """Have each server of the destination write into a volume as soon as it gets it."""
    data = clouds.new.block_storage.volumes.data

    def write(request: Request, _answer: Answer) -> None:
        if request.method == "POST" and "/servers" in request.path:
            given = request.content.decode()
            data.update({id_: b"written" + old for id_, old in data.items() if id_ in given})

    clouds.new.on_answer = write


@contextmanager
def one_byte_differs(clouds: TwoClouds) -> Iterator[None]:
    """Have a byte of each copy be another one before its state is held."""
    hold = comparing.hold

    def spoil(work: Any, **options: Any) -> None:
        data = clouds.new.block_storage.volumes.data
        found = data[work.destination_id]
        data[work.destination_id] = bytes([found[0] ^ 1]) + found[1:] if found else b"\x01"
        hold(work, **options)

    with patch.object(comparing, "hold", spoil):
        yield


def told(job: Job) -> list[str]:
    return [*job.log.values_list("message", flat=True)]


def unchanged(clouds: TwoClouds, do: Callable[[], None]) -> list[Any]:
    """Return how both clouds differ from before when something is done."""
    before = contents(clouds.old), contents(clouds.new)
    do()
    after = contents(clouds.old), contents(clouds.new)
    return [change for pair in zip(before, after, strict=True) for change in changes_between(*pair)]


def test_the_state_of_the_cutover_is_compared_though_the_server_writes_since(path, way, tmp_path):
    with served(path, tmp_path, way=way) as (clouds, ceph):

        def to_and_fro() -> None:
            running_servers_write(clouds)
            plan = planned(clouds, path, way)
            assert not plan.findings.filter(sentence__contains="not compared").exists()
            job = clouds.execute(plan)
            assert any(f"copy of volume {DATA} has the bytes" in each for each in told(job))
            clouds.new.on_answer = None
            assert not (ceph and ceph.snapshots)
            assert clouds.verify(plan) == []
            clouds.roll_back(plan)

        assert unchanged(clouds, to_and_fro) == []


def test_one_byte_that_differs_fails_the_move_and_verify_and_goes_back(path, way, tmp_path):
    with served(path, tmp_path, way=way) as (clouds, ceph):

        def to_and_fro() -> None:
            plan = planned(clouds, path, way)
            with one_byte_differs(clouds):
                job = clouds.execute(plan, state="failed")
            assert SENTENCE in {*job.steps.values_list("error", flat=True)}
            assert ("volume", DATA, "bytes") in clouds.verify(plan)
            clouds.roll_back(plan)
            assert not (ceph and ceph.snapshots)

        assert unchanged(clouds, to_and_fro) == []


def test_a_comparison_that_is_skipped_leaves_nothing_behind(path, way, tmp_path):
    with served(path, tmp_path, way=way) as (clouds, ceph):
        plan = planned(clouds, path, way, snapshots="volumes")
        before = {*made_to_compare(clouds)}
        with one_byte_differs(clouds):
            job = clouds.execute(plan, state="failed")
        assert {*made_to_compare(clouds)} > before
        for step in job.steps.filter(state="failed"):
            skip_step(step, reason="It is scratch data.", requester=CLI)
        run(job)
        assert {*made_to_compare(clouds)} == before
        assert not (ceph and ceph.snapshots)
        clouds.verify(plan)
        accept([*unexpected(plan)], reason="It is scratch data.", requester=CLI)
        clouds.finalize(plan)
        assert {*made_to_compare(clouds)} == before


def made_to_compare(clouds: TwoClouds) -> Iterator[str]:
    """Yield the names of what was made in either cloud to be compared or copied."""
    for cloud in (clouds.old, clouds.new):
        storage = cloud.block_storage
        collections = storage.snapshots, storage.volumes, storage.backups, cloud.image.images
        rows = (row for each in collections for row in each.rows.values())
        yield from (
            f"{cloud.name} {row['name']}" for row in rows if "pumphouse-" in (row["name"] or "")
        )


@pytest.mark.parametrize("losing", ["answers", "records"])
def test_nothing_is_left_though_each_answer_or_record_is_lost_once(path, way, losing, tmp_path):
    with served(path, tmp_path, way=way) as (clouds, ceph):

        def difficulty() -> Any:
            is_records = losing == "records"
            return losing_records() if is_records else losing_answers(clouds.old, clouds.new)

        def to_and_fro() -> None:
            plan = planned(clouds, path, way)
            with difficulty():
                clouds.execute(plan)
            assert clouds.verify(plan) == []
            with difficulty():
                clouds.roll_back(plan)
            assert not (ceph and ceph.snapshots)

        assert unchanged(clouds, to_and_fro) == []


@pytest.mark.parametrize(
    ("way", "why"), [("none", "The configuration does not say"), ("skip", "An operator chose so.")]
)
def test_what_is_not_compared_is_said_by_plan_and_verify(path, way, why, tmp_path):
    with served(path, tmp_path, way=way) as (clouds, _):
        plan = planned(clouds, path, way)
        finding = plan.findings.get(sentence__contains="are not compared")
        assert DATA in finding.sentence
        assert why in finding.sentence
        clouds.execute(plan)
        assert clouds.verify(plan) == []
        [last] = [
            each for each in told(Job.objects.filter(kind="verify").first()) if "diff" in each
        ]
        assert "were not compared." in last


def test_a_clone_that_has_nothing_of_its_own_is_not_read(tmp_path):
    with served("zero_copy", tmp_path) as (clouds, ceph):
        assert ceph
        ceph.is_untouched = True
        job = clouds.execute(planned(clouds, "zero_copy", "rbd"))
        assert any("has the bytes of its snapshot: all of it is in" in each for each in told(job))
        assert ceph.hashed == 0


def test_a_zero_copy_is_in_the_shared_pool_whatever_pools_its_type_may_be_in(tmp_path):
    with served("zero_copy", tmp_path) as (clouds, _):
        with patch.object(comparing, "pools_of", return_value=[{"name": "new-ctl@lvm#lvm"}]):
            plan = planned(clouds, "zero_copy", "rbd")
        assert not plan.findings.filter(sentence__contains="are not compared").exists()


def test_a_state_that_cannot_be_held_does_not_stop_the_cutover(path, tmp_path):
    with served(path, tmp_path) as (clouds, ceph):
        assert ceph
        ceph.fails = NeedsOperator("The key may not take snapshots.", fix="Let it.")
        plan = planned(clouds, path, "rbd")
        job = clouds.execute(plan)
        assert any("are not compared: The key may not take snapshots." in e for e in told(job))
        assert ceph.hashed == 0


def test_no_cloud_is_asked_for_a_pool_while_a_server_is_down(path, tmp_path):
    with served(path, tmp_path) as (clouds, ceph):
        plan, hold, at_work, asked = planned(clouds, path, "rbd"), comparing.hold, local(), []

        def holding(work: Any, **options: Any) -> None:
            at_work.is_holding = True
            hold(work, **options)
            at_work.is_holding = False

        def note(request: Request, _answer: Answer) -> None:
            if getattr(at_work, "is_holding", False):
                asked.append(request.path)

        clouds.old.on_answer = clouds.new.on_answer = note
        with patch.object(comparing, "hold", holding):
            clouds.execute(plan)
        assert ceph and ceph.hashed
        assert [each for each in asked if "/snapshots" not in each] == []


HELD = "compared"
"""The end of the names of what is made to compare."""


@contextmanager
def held_then(do: Callable[[Any], None]) -> Iterator[None]:
    """Do something with the work each time that the state of a copy was held."""
    hold = comparing.hold

    def holding(work: Any, **options: Any) -> None:
        hold(work, **options)
        do(work)

    with patch.object(comparing, "hold", holding):
        yield


def snapshots_held(clouds: TwoClouds, work: Any) -> dict[str, Any]:
    name, rows = f"{work.record.id}-{HELD}", clouds.new.block_storage.snapshots.rows
    return {id_: row for id_, row in rows.items() if (row["name"] or "").endswith(name)}


@contextmanager
def becoming(collection: Any, status: str, *, times: int) -> Iterator[None]:
    """Have so many of what is made of a collection to be compared become that, not available."""
    later, spoilt = collection.later, iter([status] * times)

    def spoiled(row: Any, **fields: Any) -> None:
        if (row["name"] or "").endswith(HELD) and fields.get("status") == "available":
            fields["status"] = next(spoilt, "available")
        later(row, **fields)

    with patch.object(collection, "later", spoiled):
        yield


@pytest.mark.parametrize("side", ["old", "new"])
def test_a_volume_of_a_comparison_that_failed_is_made_again(side, tmp_path):
    with served("zero_copy", tmp_path, way="images") as (clouds, _):
        plan = planned(clouds, "zero_copy", "images")
        volumes = getattr(clouds, side).block_storage.volumes
        with becoming(volumes, "error", times=1), retrying_at_once():
            job = clouds.execute(plan)
        assert any(f"copy of volume {DATA} has the bytes" in each for each in told(job))
        assert [*made_to_compare(clouds)] == []


def test_a_snapshot_that_hangs_keeps_no_server_down(tmp_path):
    with served("zero_copy", tmp_path, way="images") as (clouds, _):
        plan = planned(clouds, "zero_copy", "images")

        def end(work: Any) -> None:
            for row in snapshots_held(clouds, work).values():
                row["status"] = "available"

        hanging = becoming(clouds.new.block_storage.snapshots, "creating", times=1)
        with hanging, held_then(end):
            job = clouds.execute(plan)
        assert any("are not compared: Timed out after 120 s" in each for each in told(job))


def test_a_held_state_that_is_gone_is_not_taken_for_another_one(tmp_path):
    with served("zero_copy", tmp_path, way="images") as (clouds, _):
        running_servers_write(clouds)
        plan = planned(clouds, "zero_copy", "images")

        def lose(work: Any) -> None:
            for id_ in snapshots_held(clouds, work):
                clouds.new.block_storage.snapshots.rows.pop(id_, None)

        with held_then(lose):
            job = clouds.execute(plan, state="failed")
        errors = {*job.steps.exclude(error="").values_list("error", flat=True)}
        assert errors and all(each.endswith("of cloud new is gone.") for each in errors)


def test_a_volume_that_was_extended_since_the_plan_is_compared(tmp_path):
    with served("zero_copy", tmp_path, way="images") as (clouds, _):
        plan = planned(clouds, "zero_copy", "images")
        [shelf] = clouds.old.block_storage.volumes.where(name=f"{NAME}-shelf")
        shelf["size"] += 1
        job = clouds.execute(plan)
        assert any(f"copy of volume {NAME}-shelf has the bytes" in each for each in told(job))
