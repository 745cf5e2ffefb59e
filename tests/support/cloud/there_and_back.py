"""What holds at each station of a tenant's way to another cloud and back, under any difficulty."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between
from tests.support.cloud.journeys import Journey, between, committed, travel
from tests.support.cloud.lost_answers import losing_answers, losing_records
from tests.support.cloud.moving import TwoClouds

SLOWLY, ANSWERS, RECORDS = "slowly, in small pages", "losing each answer", "losing each record"


@pytest.fixture(scope="class")
def journey(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Journey]:
    """Return a tenant's way there and back."""
    old, new, difficulty = request.param
    folder: Path = tmp_path_factory.mktemp("journey")
    with committed(django_db_blocker.unblock()), between(folder, old, new) as clouds:
        yield travel(clouds, under=_difficulty(difficulty, clouds))


class ThereAndBack:
    """Tests of one journey for each way in ``ways``: old release, new release, difficulty."""

    def test_planning_changes_nothing_on_either_cloud(self, journey: Journey) -> None:
        begin, planned = journey.stations["begin"], journey.stations["planned"]
        assert changes_between(begin.old, planned.old) == []
        assert changes_between(begin.new, planned.new) == []
        assert planned.state == Plan.State.READY

    def test_the_moved_tenant_is_equal(self, journey: Journey) -> None:
        assert journey.stations["moved"].state == Plan.State.EXECUTED
        assert journey.differences == []

    def test_no_marker_stays_on_what_was_moved(self, journey: Journey) -> None:
        begin, moved = journey.stations["begin"].new, journey.stations["moved"].new
        new = [line for line in changes_between(begin, moved) if "pumphouse" in line.lower()]
        assert new == []

    def test_verification_changes_nothing_on_either_cloud(self, journey: Journey) -> None:
        moved, verified = journey.stations["moved"], journey.stations["verified"]
        assert changes_between(moved.old, verified.old) == []
        assert changes_between(moved.new, verified.new) == []

    def test_a_second_plan_finds_nothing_to_do(self, journey: Journey) -> None:
        assert journey.again.keys() <= {"keep", "adopt", "map", "skip"}
        assert journey.again["keep"] > 20

    def test_a_rollback_leaves_both_clouds_as_they_were(self, journey: Journey) -> None:
        begin, end = journey.stations["begin"], journey.stations["rolled back"]
        assert changes_between(begin.old, end.old) == []
        assert changes_between(begin.new, end.new) == []
        assert end.state == Plan.State.ROLLED_BACK


def by(*ways: tuple[str, str, str]) -> pytest.MarkDecorator:
    """Return what makes a class of tests go these ways."""
    ids = ["-".join(filter(None, way)) for way in ways]
    return pytest.mark.parametrize("journey", ways, ids=ids, indirect=True, scope="class")


def _difficulty(name: str, clouds: TwoClouds) -> AbstractContextManager[Any] | None:
    if name == SLOWLY:
        for cloud in (clouds.old, clouds.new):
            cloud.polls, cloud.page_size = 1, 2
    if name == ANSWERS:
        return losing_answers(clouds.old, clouds.new)
    return losing_records() if name == RECORDS else None
