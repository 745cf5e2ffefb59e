"""What nobody writes to is copied before the cutover, and bytes that are there are not sent."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from dashboard.jobs.states import Phase
from dashboard.migrations_app.execution.graph import StepGraph
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between
from tests.support.cloud.single_moves import Move

pytestmark = pytest.mark.django_db

ROOT = f"{NAME}-root"
OWNER = f"{NAME}-web-2"


class Uploads:
    """The images whose bytes the destination was sent."""

    def __init__(self, clouds: TwoClouds) -> None:
        self.clouds = clouds
        self.ids: list[str] = []
        clouds.new.on_answer = self._note

    def _note(self, request: Request, _answer: Answer) -> None:
        if request.method == "PUT" and request.path.endswith("/file"):
            self.ids.append(request.path.split("/")[-2])


class Halted(Move):
    """The move of a halted server's root volume, up to its cutover."""

    def __init__(self, clouds: TwoClouds, plan: Plan) -> None:
        super().__init__(clouds=clouds, plan=plan, type=resource_type("volume"))

    @property
    def root(self) -> PlanItem:
        """The item of the volume."""
        return self.plan.items.get(type="volume", name=ROOT)

    def do_until(self, phase: Phase) -> None:
        """Do the steps of all phases before that one."""
        for step in self._ordered():
            if step.phase < phase:
                self.do(step)

    def do_cutover(self) -> None:
        """Do what is left, with all stages that are done left out."""
        for step in self._ordered():
            self.do(step)

    def bytes_of_root(self) -> bytes:
        """Return the bytes that the copy has."""
        row = self.row_of(self.root)
        assert row is not None
        data: bytes = self.clouds.new.block_storage.volumes.data[row["id"]]
        return data


@contextmanager
def tenant(folder: Path) -> Iterator[TwoClouds]:
    """Serve two clouds with the seeded tenant."""
    with two_clouds(folder) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def use(clouds: TwoClouds) -> None:
    """Start and stop the server that has the volume."""
    [server] = clouds.old.compute.servers.where(name=OWNER)
    for action in ("os-start", "os-stop"):
        path = f"/servers/{server['id']}/action"
        clouds.source_session.post("compute", path, {action: None})


def test_what_is_halted_is_copied_ahead_and_only_then_its_server_is_in_cutover(tmp_path):
    with tenant(tmp_path) as clouds:
        plan, uploads = draft(clouds), Uploads(clouds)
        move = Halted(clouds, plan)
        phases = {step.key: step.phase for step in StepGraph(plan.items.all()).steps()}
        assert phases[f"volume:{move.root.source_id}:prepare"] == Phase.PREPARE
        assert phases[f"volume:{move.root.source_id}:capture"] == Phase.CUTOVER
        running = plan.items.get(type="volume", name=f"{NAME}-data")
        assert f"volume:{running.source_id}:prepare" not in phases
        move.do_until(Phase.CUTOVER)
        ahead = move.plan.ledger_entries.get(type="volume", source_id=move.root.source_id)
        assert ahead.stage_data["destination_image"] in uploads.ids
        sent = len(uploads.ids)
        move.do_cutover()
        # of the server that ran: its disk and its volume
        assert len(uploads.ids) == sent + 2
        assert move.bytes_of_root() == clouds.old.block_storage.volumes.data[move.root.source_id]


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_was_used_since_is_taken_again_and_sent_if_it_has_changed(tmp_path, is_changed):
    with tenant(tmp_path) as clouds:
        plan, uploads = draft(clouds), Uploads(clouds)
        move = Halted(clouds, plan)
        move.do_until(Phase.CUTOVER)
        use(clouds)
        if is_changed:
            clouds.old.block_storage.volumes.data[move.root.source_id] = b"written since"
        sent = len(uploads.ids)
        move.do_cutover()
        assert len(uploads.ids) == sent + 2 + is_changed
        assert move.bytes_of_root() == clouds.old.block_storage.volumes.data[move.root.source_id]
        assert not [
            image
            for image in clouds.old.image.images.rows.values()
            if move.root.source_id in (image["name"] or "")
        ]


def test_what_is_used_while_it_is_sent_is_taken_again(tmp_path):
    with tenant(tmp_path) as clouds:
        move = Halted(clouds, draft(clouds))
        root, volumes = move.root.source_id, clouds.old.block_storage.volumes

        def use_once(request: Request, _answer: Answer) -> None:
            if request.method == "PUT" and request.path.endswith("/file"):
                image = clouds.new.image.images.rows[request.path.split("/")[-2]]
                if root in image["name"]:
                    clouds.new.on_answer = None
                    use(clouds)
                    volumes.data[root] = b"written while the first bytes were sent"

        clouds.new.on_answer = use_once
        move.do_until(Phase.CUTOVER)
        assert clouds.new.on_answer is None
        move.do_cutover()
        assert move.bytes_of_root() == volumes.data[root]


def test_a_server_that_runs_when_its_disk_would_be_copied_ahead_is_left_alone(tmp_path):
    with tenant(tmp_path) as clouds:
        plan = draft(clouds)
        move = Halted(clouds, plan)
        [server] = clouds.old.compute.servers.where(name=OWNER)
        path = f"/servers/{server['id']}/action"
        clouds.source_session.post("compute", path, {"os-start": None})
        move.do_until(Phase.CUTOVER)
        entry = plan.ledger_entries.get(type="volume", source_id=move.root.source_id)
        assert not entry.stage_data.get("destination_image")


def test_an_equal_image_of_the_destination_is_taken_and_stays(tmp_path):
    with tenant(tmp_path) as clouds:
        plan, uploads = draft(clouds), Uploads(clouds)
        move = Halted(clouds, plan)
        public = {"name": "base", "disk_format": "qcow2", "container_format": "bare"}
        data = clouds.old.block_storage.volumes.data[move.root.source_id]
        properties = {"hw_disk_bus": "virtio", "os_distro": "cirros", "note": "known"}
        session = clouds.destination_session
        made = session.post("image", "/images", {**public, **properties, "visibility": "public"})
        session.upload(f"/images/{made['id']}/file", data)
        uploads.ids.clear()
        move.do_until(Phase.CUTOVER)
        entry = plan.ledger_entries.get(type="volume", source_id=move.root.source_id)
        assert entry.stage_data["destination_image"] == made["id"]
        assert made["id"] not in uploads.ids
        move.do_cutover()
        assert made["id"] in clouds.new.image.images.rows
        assert move.bytes_of_root() == data
