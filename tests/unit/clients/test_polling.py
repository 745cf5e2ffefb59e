"""Waits for a cloud: how often it is asked."""

from itertools import pairwise

import pytest

from dashboard.clients import polling
from dashboard.clients.polling import poll_until
from tests.support.cloud.moving import QuickClock


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> QuickClock:
    clock = QuickClock()
    monkeypatch.setattr(polling, "time", clock)
    monkeypatch.setattr(polling, "FIRST_PAUSE_SECONDS", 0.2)
    return clock


def asked_at(clock: QuickClock, *, until: float, is_urgent: bool) -> list[float]:
    """Return when a cloud was asked that is ready after so many seconds."""
    asked: list[float] = []

    def probe() -> bool | None:
        asked.append(clock.monotonic())
        return True if clock.monotonic() >= until else None

    poll_until(probe, what="it", seconds=600, is_urgent=is_urgent)
    return asked


def test_pauses_grow_to_two_seconds(clock):
    asked = asked_at(clock, until=60, is_urgent=False)
    pauses = [after - before for before, after in pairwise(asked)]
    assert pauses[0] == pytest.approx(0.2)
    assert pauses == sorted(pauses)
    assert max(pauses) == 2.0
    assert len(asked) < 40


@pytest.mark.parametrize("until", [0.5, 4.3, 15.0])
def test_what_a_server_waits_for_is_seen_within_a_tenth_of_its_time(clock, until):
    last = asked_at(clock, until=until, is_urgent=True)[-1]
    assert last - until <= max(0.2, until / 10) + 1e-6


def test_no_urgent_pause_is_longer_than_two_seconds(clock):
    asked = asked_at(clock, until=300, is_urgent=True)
    assert max(after - before for before, after in pairwise(asked)) == pytest.approx(2.0)
