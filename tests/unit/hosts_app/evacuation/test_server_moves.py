"""A migration that hangs is aborted and tried once more; at the seam where Nova is asked."""

from collections.abc import Callable
from typing import Any

import pytest

from dashboard.errors import NeedsOperator, Retryable
from dashboard.hosts_app.evacuation.server_moves import ServerMove
from dashboard.jobs.kinds import StepContext


class FakeNova:
    """A Nova in which live migrations hang until aborted, but for the one of that number."""

    name = "fake"

    def __init__(self, *, works_at: int = 0, refuses_aborts: int = 0, is_old: bool = False) -> None:
        self.works_at = works_at
        self.is_old = is_old
        self.refuses_aborts = refuses_aborts
        self.aborted: list[int] = []
        self.records: list[dict[str, Any]] = []
        self.server = {
            "name": "web",
            "status": "ACTIVE",
            "OS-EXT-SRV-ATTR:host": "c1",
            "OS-EXT-STS:task_state": None,
        }

    def at_most(self, _service: str, microversion: str) -> str:
        return microversion

    def supports(self, _service: str, _microversion: str) -> bool:
        return not self.is_old

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        return dict(self.server)

    def list(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return [] if self.is_old else self.records

    def post(self, *_: Any, **__: Any) -> None:
        number = len(self.records) + 1
        works = number == self.works_at
        status = "completed" if works else "running"
        self.records.append({"id": number, "status": status, "source_compute": "c1"})
        self.server["OS-EXT-STS:task_state"] = None if works else "migrating"
        self.server["OS-EXT-SRV-ATTR:host"] = "c2" if works else "c1"

    def delete(self, _service: str, path: str, **_: Any) -> None:
        if self.refuses_aborts:
            self.refuses_aborts -= 1
            raise NeedsOperator("Migration 1 is preparing and cannot be aborted.")
        self.aborted.append(int(path.rpartition("/")[2]))
        self.records[-1]["status"] = "cancelled"
        self.server["OS-EXT-STS:task_state"] = None


def move_in(nova: FakeNova, log: Callable[..., None] = lambda *_, **__: None) -> ServerMove:
    context = StepContext(
        log=log,
        progress=lambda *_: None,
        check=lambda: None,
        resumed=False,
    )
    return ServerMove(
        cloud=nova,  # type: ignore[arg-type]
        server_id="1",
        host="c1",
        limit=0,
        context=context,
    )


def test_one_that_always_hangs_is_aborted_twice_and_fails_with_a_sentence() -> None:
    nova = FakeNova()
    with pytest.raises(
        NeedsOperator, match=r"web could not be migrated live from c1.*did not finish"
    ) as failure:
        move_in(nova).live()
    assert "plan again with more seconds" in failure.value.fix
    assert nova.aborted == [1, 2]


def test_an_old_nova_records_and_aborts_nothing_and_is_not_asked_to_twice() -> None:
    nova = FakeNova(is_old=True)
    with pytest.raises(NeedsOperator, match="This Nova cannot abort it") as failure:
        move_in(nova).live()
    assert "is not recorded by this Nova" in failure.value.sentence
    assert (nova.aborted, len(nova.records)) == ([], 1)


def test_one_is_moved_by_an_old_nova_that_records_nothing() -> None:
    nova = FakeNova(is_old=True, works_at=1)
    move_in(nova).live()
    assert nova.server["OS-EXT-SRV-ATTR:host"] == "c2"


def test_one_that_hangs_once_is_moved_by_the_second_try() -> None:
    nova = FakeNova(works_at=2)
    move_in(nova).live()
    assert nova.aborted == [1]
    assert nova.server["OS-EXT-SRV-ATTR:host"] == "c2"


def test_the_log_says_where_the_server_went() -> None:
    told: list[str] = []
    move = move_in(FakeNova(works_at=1), told.append)
    move.live()
    move.log_location()
    assert told == ["Moved web off c1: it is on c2 now."]


def test_an_abort_that_nova_does_not_take_yet_is_asked_for_again() -> None:
    nova = FakeNova(works_at=2, refuses_aborts=2)
    move_in(nova).live()
    assert nova.aborted == [1]


def test_one_that_is_under_way_is_not_asked_for_again() -> None:
    nova = FakeNova(works_at=2)
    nova.post()
    move_in(nova).live()
    assert len(nova.records) == 2


class EndingAfter(FakeNova):
    """A Nova whose migration, begun by a runner that died, ends after that many answers."""

    def __init__(self, answers: int) -> None:
        super().__init__()
        self.post()
        self.answers = answers

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        shown = dict(self.server)
        self.answers -= 1
        if not self.answers:
            self.records[-1]["status"] = "completed"
            self.server |= {"OS-EXT-SRV-ATTR:host": "c2", "OS-EXT-STS:task_state": None}
        return shown


@pytest.mark.parametrize("answers", [1, 2, 3, 4])
def test_one_that_gets_away_between_two_answers_is_not_moved_once_more(answers: int) -> None:
    nova = EndingAfter(answers)
    move_in(nova).by_state()
    assert len(nova.records) == 1


def test_a_resize_of_its_owner_is_not_confirmed() -> None:
    nova = FakeNova()
    nova.server |= {"status": "VERIFY_RESIZE", "OS-EXT-SRV-ATTR:host": "c2"}
    nova.records = [
        {"id": 1, "status": "finished", "source_compute": "c1", "migration_type": "resize"}
    ]
    with pytest.raises(NeedsOperator, match="VERIFY_RESIZE"):
        move_in(nova).by_state()
    assert len(nova.records) == 1


class Snapshotting(FakeNova):
    """A Nova that makes a snapshot of a server for some answers, as a tenant's move has it do."""

    def __init__(self, *, answers: int = 0, status: str = "SHUTOFF") -> None:
        super().__init__()
        self.answers = answers
        self.asked: list[str] = []
        self.server |= {"status": status, "OS-EXT-STS:task_state": "image_uploading"}

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        self.answers -= 1
        if self.answers == 0:
            self.server["OS-EXT-STS:task_state"] = None
        return dict(self.server)

    def post(self, _service: str, _path: str, body: dict[str, Any], **_: Any) -> None:
        self.asked += body
        if self.server["OS-EXT-STS:task_state"]:
            raise NeedsOperator("Cannot do it while it is in task_state image_uploading.")
        if "confirmResize" in body:
            self.server["status"] = "SHUTOFF"
            self.records[-1]["status"] = "confirmed"
        else:
            kind = {"migration_type": "migration", "status": "finished"}
            self.records.append({"id": 1, "source_compute": "c1", **kind})
            self.server |= {"status": "VERIFY_RESIZE", "OS-EXT-SRV-ATTR:host": "c2"}


def test_a_snapshot_of_a_tenants_move_is_waited_for() -> None:
    nova = Snapshotting(answers=9)
    move_in(nova).by_state()
    assert nova.asked == ["migrate", "confirmResize"]
    assert nova.server["OS-EXT-SRV-ATTR:host"] == "c2"


@pytest.mark.parametrize("status", ["SHUTOFF", "ACTIVE"])
def test_a_snapshot_that_begins_between_look_and_act_is_a_reason_to_retry(status: str) -> None:
    nova = Snapshotting(status=status)
    nova.server["OS-EXT-STS:task_state"] = None
    post = nova.post

    def begins_first(*arguments: Any, **options: Any) -> None:
        nova.server["OS-EXT-STS:task_state"] = "image_uploading"
        post(*arguments, **options)

    nova.post = begins_first  # type: ignore[method-assign]
    with pytest.raises(Retryable, match="Its task is image_uploading"):
        move_in(nova).by_state()


class FakeEvacuation(FakeNova):
    """A Nova that rebuilds a server elsewhere, where it runs; from 2.95 on it is stopped."""

    def __init__(
        self, *, newest: str = "2.95", status: str = "ACTIVE", fails: bool = False
    ) -> None:
        super().__init__()
        self.newest = newest
        self.fails = fails
        self.asked: list[tuple[dict[str, Any], str]] = []
        self.server["status"] = status

    def supports(self, _service: str, microversion: str) -> bool:
        return minor(self.newest) >= minor(microversion)

    def at_most(self, _service: str, microversion: str) -> str:
        return min(self.newest, microversion, key=minor)

    def post(self, _service: str, _path: str, body: dict[str, Any], *, microversion: str) -> None:
        self.asked.append((body, microversion))
        if "evacuate" in body:
            self.evacuate(stopped=minor(microversion) >= 95)
        elif "os-stop" in body:
            self.server["status"] = "SHUTOFF"

    def evacuate(self, *, stopped: bool) -> None:
        status = "error" if self.fails else "done"
        self.records.append({"id": 1, "status": status, "source_compute": "c1"})
        if self.fails:
            self.server |= {"status": "ERROR", "fault": {"message": "No valid host was found."}}
        else:
            status = "SHUTOFF" if stopped else "ACTIVE"
            self.server |= {"status": status, "OS-EXT-SRV-ATTR:host": "c2"}


def minor(microversion: str) -> int:
    return int((microversion or "2.1").partition(".")[2])


@pytest.mark.parametrize(
    ("newest", "has_disks", "shared", "body", "microversion"),
    [
        ("2.95", True, False, {}, "2.94"),
        ("2.95", False, True, {}, "2.94"),
        ("2.95", True, True, {"onSharedStorage": True}, "2.13"),
        ("2.20", True, False, {}, "2.20"),
        ("2.12", True, False, {"onSharedStorage": False}, "2.12"),
        ("2.12", False, True, {"onSharedStorage": True}, "2.12"),
    ],
)
def test_a_rebuild_is_asked_for_as_that_nova_wants_it(
    newest: str, has_disks: bool, shared: bool, body: dict[str, Any], microversion: str
) -> None:
    nova = FakeEvacuation(newest=newest)
    move_in(nova).rebuild(was="ACTIVE", has_disks=has_disks, on_shared_storage=shared)
    assert nova.asked == [({"evacuate": body}, microversion)]
    assert nova.server["status"] == "ACTIVE"


def rebuild(nova: FakeEvacuation, *, was: str) -> list[str]:
    """Rebuild the server and give what Nova was asked for."""
    move_in(nova).rebuild(was=was, has_disks=False, on_shared_storage=False)
    return [next(iter(body)) for body, _ in nova.asked]


def test_a_stopped_server_is_stopped_again() -> None:
    nova = FakeEvacuation(status="SHUTOFF")
    assert rebuild(nova, was="SHUTOFF") == ["evacuate", "os-stop"]
    assert nova.server["status"] == "SHUTOFF"


def test_a_state_that_nova_does_not_evacuate_is_reset_first() -> None:
    assert rebuild(FakeEvacuation(status="PAUSED"), was="PAUSED") == ["os-resetState", "evacuate"]


def test_a_server_that_was_rebuilt_before_a_crash_is_not_rebuilt_again() -> None:
    nova = FakeEvacuation(status="SHUTOFF")
    nova.evacuate(stopped=False)
    assert rebuild(nova, was="SHUTOFF") == ["os-stop"]
    assert rebuild(nova, was="SHUTOFF") == ["os-stop"]


def test_a_rebuild_that_is_under_way_is_waited_for() -> None:
    nova = FakeEvacuation()
    nova.server["OS-EXT-STS:task_state"] = "rebuilding"
    get = nova.get

    def ends_now(*arguments: Any, **options: Any) -> dict[str, Any]:
        server = get(*arguments, **options)
        if not nova.records:
            nova.evacuate(stopped=False)
            nova.server["OS-EXT-STS:task_state"] = None
        return server

    nova.get = ends_now  # type: ignore[method-assign]
    assert rebuild(nova, was="ACTIVE") == []


def test_a_rebuild_that_fails_says_what_nova_says() -> None:
    with pytest.raises(NeedsOperator, match=r"could not be rebuilt.*No valid host was found\."):
        rebuild(FakeEvacuation(fails=True), was="ACTIVE")
