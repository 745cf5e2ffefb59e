"""A whole tenant moves between two clouds in memory and back, by the product's own jobs."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between
from tests.support.cloud.journeys import Journey, between, committed, travel
from tests.support.cloud.lost_answers import losing_answers, losing_records

# old release, new release, and the difficulty under which the tenant moves
WAYS = (
    ("queens", "2026.2", "slowly, in small pages"),
    ("2023.1", "2026.2", ""),
    ("2026.2", "2023.1", ""),
    ("2026.2", "queens", ""),
    ("2025.1", "2025.1", "losing the answer to each call"),
    ("2026.2", "2026.2", "losing the record of each step"),
)


@pytest.fixture(scope="module", params=WAYS, ids=["-".join(filter(None, way)) for way in WAYS])
def journey(
    request: pytest.FixtureRequest,
    django_db_setup: None,
    django_db_blocker: Any,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Journey]:
    """Return a tenant's way there and back."""
    old, new, difficulty = request.param
    folder = tmp_path_factory.mktemp("journey")
    with committed(django_db_blocker.unblock()), between(folder, old, new) as clouds:
        under = None
        if difficulty.startswith("slowly"):
            for cloud in (clouds.old, clouds.new):
                cloud.polls, cloud.page_size = 1, 2
        elif "answer" in difficulty:
            under = losing_answers(clouds.old, clouds.new)
        elif "record" in difficulty:
            under = losing_records()
        yield travel(clouds, under=under)


def test_planning_changes_nothing_on_either_cloud(journey):
    begin, planned = journey.stations["begin"], journey.stations["planned"]
    assert changes_between(begin.old, planned.old) == []
    assert changes_between(begin.new, planned.new) == []
    assert planned.state == Plan.State.READY


def test_the_moved_tenant_is_equal(journey):
    assert journey.stations["moved"].state == Plan.State.EXECUTED
    assert journey.differences == []


def test_no_marker_stays_on_what_was_moved(journey):
    begin, moved = journey.stations["begin"].new, journey.stations["moved"].new
    new = [line for line in changes_between(begin, moved) if "pumphouse" in line.lower()]
    assert new == []


def test_verification_changes_nothing_on_either_cloud(journey):
    moved, verified = journey.stations["moved"], journey.stations["verified"]
    assert changes_between(moved.old, verified.old) == []
    assert changes_between(moved.new, verified.new) == []


def test_a_second_plan_finds_nothing_to_do(journey):
    assert journey.again.keys() <= {"keep", "adopt", "map", "skip"}
    assert journey.again["keep"] > 20


def test_a_rollback_leaves_both_clouds_as_they_were(journey):
    begin, end = journey.stations["begin"], journey.stations["rolled back"]
    assert changes_between(begin.old, end.old) == []
    assert changes_between(begin.new, end.new) == []
    assert end.state == Plan.State.ROLLED_BACK
