"""The watch calls a cluster stuck when, and only when, a free worker should have answered."""

import pytest

from dashboard.jobs.queue_watchdog import (
    HURRIED_PING_SECONDS,
    PING_SECONDS,
    STUCK_SECONDS,
    QueueWatch,
)


def watch(*, busy: int = 0, answered_at: float = 0.0, now: float = 1000.0) -> QueueWatch:
    seen = QueueWatch(workers=2, free_since=0.0)
    seen.observe(now=now, busy=busy, answered_at=answered_at)
    return seen


@pytest.mark.parametrize(
    ("busy", "silent_for", "stuck"),
    [
        (0, STUCK_SECONDS - 1, False),
        (0, STUCK_SECONDS + 1, True),
        (1, STUCK_SECONDS + 1, True),
        (2, STUCK_SECONDS + 1, False),
        (3, STUCK_SECONDS + 1, False),
    ],
)
def test_silence_counts_only_while_a_worker_is_free(busy, silent_for, stuck):
    seen = watch(busy=busy, answered_at=1000.0 - silent_for)
    assert seen.is_stuck(now=1000.0) is stuck


def test_a_cluster_that_was_just_full_gets_its_time_to_answer():
    seen = watch(busy=2, now=1000.0)
    seen.observe(now=1005.0, busy=0, answered_at=0.0)
    assert not seen.is_stuck(now=1005.0)
    assert seen.is_stuck(now=1001.0 + STUCK_SECONDS)


def test_a_new_cluster_gets_its_time_to_start():
    seen = QueueWatch(workers=2, free_since=1000.0)
    assert not seen.is_stuck(now=1000.0 + STUCK_SECONDS)


def test_pings_come_steadily_and_faster_once_one_is_overdue():
    seen = watch(answered_at=999.0)
    seen.pinged_at = 990.0
    assert not seen.owes_ping(now=1000.0)
    assert seen.owes_ping(now=990.0 + PING_SECONDS)
    silent = watch(answered_at=1000.0 - 2 * PING_SECONDS)
    silent.pinged_at = 1000.0 - HURRIED_PING_SECONDS
    assert silent.owes_ping(now=1000.0)


def test_a_full_cluster_is_not_pinged():
    assert not watch(busy=2, now=1000.0).owes_ping(now=1000.0)
