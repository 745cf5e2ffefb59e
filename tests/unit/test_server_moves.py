"""A migration that hangs is aborted and tried once more; at the seam where Nova is asked."""

from typing import Any

import pytest

from dashboard.errors import NeedsOperator
from dashboard.hosts_app.server_moves import ServerMove
from dashboard.jobs.kinds import StepContext


class FakeNova:
    """A Nova in which live migrations hang until aborted, but for the one of that number."""

    name = "fake"

    def __init__(self, *, works_at: int = 0) -> None:
        self.works_at = works_at
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

    def get(self, *_: Any, **__: Any) -> dict[str, Any]:
        return dict(self.server)

    def list(self, *_: Any, **__: Any) -> list[dict[str, Any]]:
        return self.records

    def post(self, *_: Any, **__: Any) -> None:
        number = len(self.records) + 1
        works = number == self.works_at
        status = "completed" if works else "running"
        self.records.append({"id": number, "status": status, "source_compute": "c1"})
        self.server["OS-EXT-STS:task_state"] = None if works else "migrating"
        self.server["OS-EXT-SRV-ATTR:host"] = "c2" if works else "c1"

    def delete(self, _service: str, path: str, **_: Any) -> None:
        self.aborted.append(int(path.rpartition("/")[2]))
        self.records[-1]["status"] = "cancelled"
        self.server["OS-EXT-STS:task_state"] = None


def move_in(nova: FakeNova) -> ServerMove:
    context = StepContext(
        log=lambda *_, **__: None,
        progress=lambda *_: None,
        check=lambda: None,
        probing=False,
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
    with pytest.raises(NeedsOperator, match=r"web could not be migrated live from c1.*not over"):
        move_in(nova).live()
    assert nova.aborted == [1, 2]


def test_one_that_hangs_once_is_moved_by_the_second_try() -> None:
    nova = FakeNova(works_at=2)
    move_in(nova).live()
    assert nova.aborted == [1]
    assert nova.server["OS-EXT-SRV-ATTR:host"] == "c2"


def test_one_that_is_under_way_is_not_asked_for_again() -> None:
    nova = FakeNova(works_at=2)
    nova.post()
    move_in(nova).live()
    assert len(nova.records) == 2


def test_a_resize_of_its_owner_is_not_confirmed() -> None:
    nova = FakeNova()
    nova.server |= {"status": "VERIFY_RESIZE", "OS-EXT-SRV-ATTR:host": "c2"}
    nova.records = [
        {"id": 1, "status": "finished", "source_compute": "c1", "migration_type": "resize"}
    ]
    with pytest.raises(NeedsOperator, match="VERIFY_RESIZE"):
        move_in(nova).by_state()
    assert len(nova.records) == 1
