"""Stores now and then what this process has counted of its calls, for ``/metrics``, and shares with
other workers the calls that an operator allows.

No call costs a write: a heartbeat stores all that changed every few seconds, so a killed worker
takes only the last seconds with it. The rows of dead workers are added to one that stays, so what
is counted never falls.
"""

import threading
from collections import Counter
from dataclasses import asdict
from datetime import timedelta
from functools import partial
from typing import Any

from django.db.models import Count
from django.utils import timezone

from dashboard.clients.call_limits import CallLimits, call_limits
from dashboard.clients.call_tally import CallTally
from dashboard.jobs.models import CallCount, DataStream
from dashboard.jobs.this_process import worker_name
from dashboard.jobs.transitions import in_transaction, retried

DEAD_AFTER = timedelta(seconds=60)
ENDED = ""
"""The worker's name in the row of all that have ended."""

Key = tuple[str, str]


class CallCounts:
    """Stores the counts of one process. Threads may share it."""

    def __init__(self, limits: CallLimits) -> None:
        self._limits = limits
        self._lock = threading.Lock()
        self._worker = ""
        self._stored: dict[Key, tuple[CallTally, int, int]] = {}
        self._begins: dict[Key, CallTally] = {}
        """What was counted before the row there now is: an earlier one counts as ended."""

    def store(self) -> None:
        """Store what changed since the last time, and that this process lives; share limits."""
        with self._lock:
            self._know_process()
            for key, limit in self._limits.all().items():
                now = limit.tally(), limit.in_flight, limit.limit
                if now != self._stored.get(key):
                    self._store(key, *now)
                    self._stored[key] = now
            mine = CallCount.objects.filter(worker=self._worker)
            retried(lambda: mine.update(seen_at=timezone.now()))
            self._limits.share(_workers_of_each())

    def _know_process(self) -> None:
        """Begin anew in a process that was forked: its parent stores what was counted before."""
        if self._worker == worker_name():
            return
        self._begins = {key: tally for key, (tally, _, _) in self._stored.items()}
        self._worker, self._stored = worker_name(), {}

    def _store(self, key: Key, tally: CallTally, in_flight: int, limit: int) -> None:
        gauges = {"in_flight": in_flight, "limit": limit, "seen_at": timezone.now()}
        named = {"worker": self._worker, "cloud": key[0], "service": key[1]}
        row = CallCount.objects.filter(**named)
        counted = tally - self._begins.get(key, CallTally())
        if retried(lambda: row.update(**_fields(counted), **gauges)):
            return
        if key in self._stored:
            self._begins[key] = self._stored[key][0]
        counted = tally - self._begins.get(key, CallTally())
        retried(lambda: CallCount.objects.create(**named, **_fields(counted), **gauges))


def _workers_of_each() -> dict[Key, int]:
    """Return how many workers run jobs that call each service of each cloud."""
    living = CallCount.objects.exclude(worker=ENDED)
    living = living.filter(seen_at__gte=timezone.now() - DEAD_AFTER)
    counted = living.values_list("cloud", "service").annotate(workers=Count("pk"))
    return {(cloud, service): workers for cloud, service, workers in counted}


call_counts = CallCounts(call_limits)
"""Those of this process."""


def forget_dead_workers() -> None:
    """Add what dead workers counted to what all that have ended did, and delete their rows, also
    of their data streams."""
    DataStream.objects.filter(seen_at__lt=timezone.now() - DEAD_AFTER).delete()
    dead = CallCount.objects.exclude(worker=ENDED)
    for row in dead.filter(seen_at__lt=timezone.now() - DEAD_AFTER):
        in_transaction(partial(_end, row))


def _end(row: CallCount) -> None:
    """End a row, unless its worker has written to it meanwhile or another one ends it."""
    if not CallCount.objects.filter(pk=row.pk, seen_at=row.seen_at).delete()[0]:
        return
    named = {"worker": ENDED, "cloud": row.cloud, "service": row.service}
    CallCount.objects.get_or_create(**named, defaults={"seen_at": row.seen_at})
    kept = CallCount.objects.select_for_update().get(**named)
    CallCount.objects.filter(pk=kept.pk).update(**_fields(tally_of(kept) + tally_of(row)))


def tally_of(row: CallCount) -> CallTally:
    """Return what a row has counted."""
    return CallTally(
        seconds=row.seconds,
        retries=row.retries,
        counts=row.counts,
        errors=Counter(row.errors),
    )


def _fields(tally: CallTally) -> dict[str, Any]:
    return {**asdict(tally), "errors": dict(tally.errors)}
