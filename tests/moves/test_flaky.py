"""A tenant moves and comes back by itself while one call in twenty fails, each in another way."""

from pathlib import Path
from unittest.mock import patch

import pytest

from dashboard.jobs import outcomes
from tests.support.cloud.contents import changes_between
from tests.support.cloud.journeys import between, travel
from tests.support.flaky_network import FAULTS, flaky_network

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_move_ends_right_by_itself(tmp_path: Path, seed: int):
    with (
        between(tmp_path, "2023.1", "2026.2") as clouds,
        flaky_network(seed, sleep=lambda _: None) as faults,
        patch.object(outcomes, "pause_before", lambda *_: 0.0),
    ):
        journey = travel(clouds)
    assert faults.keys() == set(FAULTS)
    assert journey.differences == []
    begin, end = journey.stations["begin"], journey.stations["rolled back"]
    assert changes_between(begin.old, end.old) == []
    assert changes_between(begin.new, end.new) == []
