"""Backup delta: a volume is brought while its server runs, and in the cutover what has changed."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import yaml

from dashboard.jobs.states import Phase
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.lost_answers import losing_answers
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move
from tests.support.cloud.volume.backups import share_store

pytestmark = pytest.mark.django_db(transaction=True)

DATA = f"{NAME}-data"
BEFORE, AFTER = b"the goods of the shop " * 40, b"the goodies of the shop" + b" " * 20


@contextmanager
def tenant(folder: Path, *, named: bool = True, old: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds with one store of backups, and a volume of the tenant that is written to."""
    with two_clouds(folder, old=old) as clouds:
        tenant_between(clouds.old, clouds.new)
        share_store(clouds.old.block_storage, clouds.new.block_storage)
        if named:
            name_store(folder / "clouds.yaml", clouds)
        volumes = clouds.old.block_storage.volumes
        [data] = volumes.where(name=DATA)
        volumes.data[data["id"]] = BEFORE
        yield clouds


def name_store(path: Path, clouds: TwoClouds) -> None:
    """Name the store in the configuration of both clouds."""
    document = yaml.safe_load(path.read_text())
    for cloud in (clouds.old, clouds.new):
        document["clouds"][cloud.name]["pumphouse"] = {"backup_store": "rack-backups"}
    path.write_text(yaml.safe_dump(document))


class Delta(Move):
    """The move of a tenant's volumes, with what is between its passes."""

    def __init__(self, clouds: TwoClouds) -> None:
        super().__init__(clouds=clouds, plan=draft(clouds), type=resource_type("volume"))

    @property
    def data(self) -> PlanItem:
        """The item of the volume that its server writes to."""
        return self.plan.items.get(type="volume", name=DATA)

    def do_until_cutover(self) -> None:
        """Do the steps before the cutover."""
        for step in self._ordered():
            if step.phase < Phase.CUTOVER:
                self.do(step)

    def do_cutover(self) -> None:
        """Do what is left: stages that are done are left out."""
        for step in self._ordered():
            self.do(step)

    def write(self, data: bytes) -> None:
        """Write into the volume as its server does."""
        volumes = self.clouds.old.block_storage.volumes
        volumes.data[self.data.source_id] = data + volumes.data[self.data.source_id][len(data) :]

    def copied(self) -> bytes:
        """Return the bytes of the copy."""
        row = self.row_of(self.data)
        assert row is not None
        found: bytes = self.clouds.new.block_storage.volumes.data[row["id"]]
        return found

    def left(self) -> list[Json]:
        """Return the backups and snapshots of both clouds' operators."""
        found: list[Json] = []
        for cloud in (self.clouds.old, self.clouds.new):
            storage = cloud.block_storage
            found += [*storage.backups.rows.values(), *storage.backups.store]
            snapshots = storage.snapshots.rows.values()
            found += [each for each in snapshots if "pumphouse-" in (each["name"] or "")]
        return found


def why_not(plan: Plan) -> str:
    """Return why the volume does not go by backups."""
    path = plan.items.get(type="volume", name=DATA).data_path
    assert path["name"] == "glance"
    return str(path["others"]["backup_delta"])


def test_only_what_changed_is_written_in_the_cutover_and_nothing_is_left(tmp_path):
    with tenant(tmp_path) as clouds:
        move = Delta(clouds)
        assert move.data.data_path["name"] == "backup_delta"
        move.do_until_cutover()
        written = clouds.new.block_storage.backups.written
        assert written == [len(BEFORE)]
        move.write(AFTER)
        move.do_cutover()
        assert move.copied() == AFTER + BEFORE[len(AFTER) :]
        changed = sum(a != b for a, b in zip(AFTER, BEFORE, strict=False))
        assert written == [len(BEFORE), changed]
        copy = move.row_of(move.data)
        assert copy is not None
        assert copy["metadata"] == {"purpose": "goods"}
        assert copy["user_id"] != clouds.destination_session.user_id
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
        clouds.new.block_storage.backups.store = {}
        job = clouds.execute(plan, state="failed")
        [step] = job.steps.filter(key__endswith=":prepare", state="failed")
        assert "that both clouds use one store" in step.fix
        clouds.new.block_storage.backups.store = clouds.old.block_storage.backups.store
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
            backups.rows["theirs"], backups.store["theirs"] = theirs, backups.store[ours["id"]]
        elif trap == "failed":
            backups.fails = True
        else:
            del backups.rows[ours["id"]]
        move.write(AFTER)
        move.do_cutover()
        assert move.copied() == AFTER + BEFORE[len(AFTER) :]
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
        ("unnamed", "The configuration names no store of backups that both clouds use."),
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
        assert why_not(draft(clouds)).startswith(sentence)
        chosen = draft(clouds, options={"data_paths": [f"volume:{DATA}=backup_delta"]})
        assert f"cannot go by Backup delta: {sentence}" in blocks(chosen)
