"""Notices a queue cluster that looks alive but runs no tasks.

A worker that is killed while it holds the lock of django-q's inner queue leaves it locked for ever:
the cluster's processes live, its status is fine, and no task runs. So the parent of a cluster pings
it through the queue. Only a cluster with an idle worker has to answer.
"""

import os
from dataclasses import dataclass

from dashboard.jobs.sweeping import living_runners
from dashboard.jobs.this_process import host_name

PING_SECONDS = 20.0
HURRIED_PING_SECONDS = 3.0
STUCK_SECONDS = 60.0


def busy_workers(process_group: int) -> int:
    """Return how many of this machine's worker processes of that group run a job now."""
    runners = living_runners().filter(host=host_name())
    process_ids = set(runners.values_list("process_id", flat=True))
    return sum(_group_of(process_id) == process_group for process_id in process_ids)


@dataclass
class QueueWatch:
    """What is known about one cluster. Times are seconds of a monotonic clock."""

    workers: int
    free_since: float
    answered_at: float = 0.0
    pinged_at: float = 0.0

    def observe(self, *, now: float, busy: int, answered_at: float) -> None:
        """Record how many workers are busy and when the cluster last answered."""
        self.answered_at = answered_at
        if busy >= self.workers:
            self.free_since = now

    def owes_ping(self, *, now: float) -> bool:
        """Return whether to ping now.

        Other machines' clusters take pings off the same queue, so a silent one is pinged more often
        before it counts as stuck.
        """
        if self.free_since == now:
            return False
        silent = now - self._good_at > PING_SECONDS + HURRIED_PING_SECONDS
        return now - self.pinged_at >= (HURRIED_PING_SECONDS if silent else PING_SECONDS)

    def is_stuck(self, *, now: float) -> bool:
        """Return whether a worker has been idle for so long that it should have answered."""
        return now - self._good_at > STUCK_SECONDS

    @property
    def _good_at(self) -> float:
        return max(self.answered_at, self.free_since)


def _group_of(process_id: int) -> int | None:
    try:
        return os.getpgid(process_id)
    except ProcessLookupError:
        return None
