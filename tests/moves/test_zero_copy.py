"""Zero copy: volumes of a pool that both clouds use change hands, and nothing is copied."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
import yaml

from dashboard.jobs.models import Job
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import NOBODY
from dashboard.migrations_app.models import Plan, PlanItem
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers, losing_records
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, run, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.volume.managing import share_pool

pytestmark = pytest.mark.django_db(transaction=True)

DATA = f"{NAME}-data"
SNAPSHOT = "pumphouse-volume-{}-snapshot"


@contextmanager
def tenant(folder: Path, *, shared: bool = True, named: bool = True) -> Iterator[TwoClouds]:
    """Serve two clouds whose Cinders use one pool, which the configuration names."""
    with two_clouds(folder) as clouds:
        tenant_between(clouds.old, clouds.new)
        if shared:
            share_pool(clouds.old.block_storage, clouds.new.block_storage)
        if named:
            name_pools(folder / "clouds.yaml", clouds)
        yield clouds


def name_pools(path: Path, clouds: TwoClouds) -> None:
    """Name the pool of both clouds by one label in the configuration."""
    document = yaml.safe_load(path.read_text())
    for cloud in (clouds.old, clouds.new):
        pools = {"rack-storage": cloud.block_storage.managing.pool}
        document["clouds"][cloud.name]["pumphouse"] = {"shared_pools": pools}
    path.write_text(yaml.safe_dump(document))


def item_of(plan: Plan) -> PlanItem:
    return plan.items.get(type="volume", name=DATA)


def why_not(plan: Plan) -> str:
    """Return why the data volume does not go by zero copy."""
    reason: str = item_of(plan).data_path["others"]["zero_copy"]
    return reason


def only_volume(clouds: TwoClouds, **options: object) -> Plan:
    """Plan the move of a tenant without snapshots, and with the volumes of its servers."""
    return clouds.plan(NAME, snapshots="leave", **options)


def operators_of(clouds: TwoClouds) -> list[Json]:
    """Return the volumes and snapshots of the source's operator, and what nobody manages."""
    block = clouds.old.block_storage
    project = clouds.source_session.project_id
    volumes = block.volumes.where(**{"os-vol-tenant-attr:tenant_id": project})
    snapshots = block.snapshots.where(**{"os-extended-snapshot-attributes:project_id": project})
    orphans = [
        *block.managing.orphans.values(),
        *clouds.new.block_storage.managing.orphans.values(),
    ]
    return [*volumes, *snapshots, *orphans]


class Images:
    """The volumes that the source was asked to make images of."""

    def __init__(self, clouds: TwoClouds) -> None:
        self.made: list[str] = []
        clouds.old.on_answer = self._note

    def _note(self, request: Request, _answer: Answer) -> None:
        if b"os-volume_upload_image" in request.content:
            self.made.append(request.path)


def test_a_volume_of_a_shared_pool_moves_without_a_byte_copied_and_comes_back(tmp_path):
    with tenant(tmp_path) as clouds:
        plan, images = only_volume(clouds), Images(clouds)
        item, before = item_of(plan), operators_of(clouds)
        assert item.data_path["name"] == "zero_copy"
        assert (item.data_path["ahead"], item.data_path["cutover"]) == (0, 0)
        assert "user_id" in {loss["field"] for loss in item.losses}
        clouds.execute(plan)
        assert images.made == []
        copy = plan.ledger_entries.get(type="volume", source_id=item.source_id).destination_id
        data = clouds.new.block_storage.volumes.data
        assert data[copy] == clouds.old.block_storage.volumes.data[item.source_id]
        assert clouds.verify(plan) == []
        clouds.roll_back(plan)
        assert copy not in clouds.new.block_storage.volumes.rows
        assert operators_of(clouds) == before
        assert clouds.old.block_storage.volumes.rows[item.source_id]["status"] == "in-use"


@pytest.mark.parametrize("losing", ["answers", "records"])
def test_a_volume_changes_hands_though_each_answer_or_record_is_lost_once(tmp_path, losing):
    with tenant(tmp_path) as clouds:

        def difficulty() -> AbstractContextManager[set[str]]:
            is_records = losing == "records"
            return losing_records() if is_records else losing_answers(clouds.old, clouds.new)

        before = contents(clouds.old), contents(clouds.new)
        plan = only_volume(clouds)
        with difficulty() as lost:
            clouds.execute(plan)
        assert any("manage" in each or "transfer" in each for each in lost)
        assert clouds.verify(plan) == []
        with difficulty():
            clouds.roll_back(plan)
        after = contents(clouds.old), contents(clouds.new)
        assert [*map(changes_between, before, after)] == [[], []]


def test_the_pool_is_not_listed_while_the_server_is_down(tmp_path):
    with tenant(tmp_path) as clouds:
        plan, calls = only_volume(clouds), []
        for cloud in (clouds.old, clouds.new):
            cloud.on_answer = lambda request, _: calls.append(request)
        clouds.execute(plan)
        managing = [n for n, each in enumerate(calls) if "manageable_volumes" in each.path]
        managed = next(n for n in managing if calls[n].body.get("volume", {}).get("name") == DATA)
        halted = next(n for n, each in enumerate(calls) if b"os-stop" in each.content)
        assert halted < managed
        assert [calls[n].method for n in managing if halted < n <= managed] == ["POST"]


def test_finalize_deletes_the_snapshot_or_says_what_to_flatten(tmp_path):
    with tenant(tmp_path) as clouds:
        plan = clouds.plan(NAME, snapshots="volumes")
        clouds.old.block_storage.managing.keeps_parents = True
        clouds.execute(plan)
        name = SNAPSHOT.format(item_of(plan).source_id)
        assert clouds.old.block_storage.snapshots.where(name=name)
        clouds.verify(plan)
        job = clouds.finalize(plan, state="failed")
        copy = plan.ledger_entries.get(type="volume", source_id=item_of(plan).source_id)
        step = job.steps.get(key=f"volume:{item_of(plan).source_id}:finalize")
        assert f"rbd flatten POOL/volume-{copy.destination_id}" in step.error + step.fix
        assert item_of(plan).source_id in clouds.old.block_storage.volumes.rows
        clouds.old.block_storage.managing.keeps_parents = False
        run(resume(job, requester=NOBODY))
        assert item_of(plan).source_id not in clouds.old.block_storage.volumes.rows
        assert copy.destination_id in clouds.new.block_storage.volumes.rows
        assert operators_of(clouds) == []


def test_a_clone_that_the_destination_refuses_comes_back_to_the_source(tmp_path):
    with tenant(tmp_path) as clouds:
        old = clouds.old.block_storage
        for row in old.volumes.rows.values():
            row["volume_type"] = "nfs"
        old.managing.places = {"nfs"}
        plan, before = only_volume(clouds), operators_of(clouds)
        clouds.new.block_storage.managing.refuses = True
        clouds.execute(plan, state="failed")
        item = item_of(plan)
        step = Job.objects.latest("pk").steps.get(key=f"volume:{item.source_id}:create")
        assert "could not manage the clone" in step.error + step.fix
        clouds.new.block_storage.managing.refuses = False
        clouds.roll_back(plan)
        assert operators_of(clouds) == before
        assert not clouds.new.block_storage.volumes.where(name=DATA)


@pytest.mark.parametrize(
    ("arranged", "sentence"),
    [
        ({"named": False}, "The configuration names no pool with it that both clouds use."),
        ({"shared": False}, "Cinder of cloud new does not see it in its pool new-ctl@nfs#nfs."),
    ],
)
def test_what_the_clouds_do_not_share_takes_another_path_and_says_why(tmp_path, arranged, sentence):
    with tenant(tmp_path, **arranged) as clouds:
        plan = draft(clouds)
        assert item_of(plan).data_path["name"] == "glance"
        assert why_not(plan) == sentence
        chosen = draft(clouds, options={"data_paths": [f"volume:{DATA}=zero_copy"]})
        assert f"cannot go by Zero copy: {sentence}" in blocks(chosen)


def test_a_volume_that_replays_its_snapshots_is_copied(tmp_path):
    with tenant(tmp_path) as clouds:
        plan = draft(clouds)
        diary = plan.items.get(type="volume", name=f"{NAME}-diary")
        assert (
            diary.data_path["others"]["zero_copy"] == "It goes through the states of its snapshots."
        )
