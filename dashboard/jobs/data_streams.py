"""The data streams of all worker processes, as rows: so limits of streams and bytes a second hold
for all of them together.

A stream waits in the order in which it came. The rows of a dead worker count for no longer than its
leases last; a heartbeat keeps those of a living one.
"""

import threading
import time
from collections.abc import Sequence

from django.utils import timezone

from dashboard.clients.stream_book import Key, keys_of
from dashboard.jobs.models import DataStream
from dashboard.jobs.sweeping import lately
from dashboard.jobs.this_process import worker_name
from dashboard.jobs.transitions import retried

SHARE_SECONDS = 2.0
"""For so long a share of the bytes holds until it is computed again."""


class SharedStreams:
    """The book of data streams in the database. Threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._open: set[int] = set()
        self._passing: list[tuple[bool, Key]] = []
        self._read_at = 0.0

    def enter(self, source: str, destination: str) -> int:
        """Store that a stream waits, and return its place."""
        row = DataStream(
            worker=worker_name(), source=source, destination=destination, seen_at=timezone.now()
        )
        retried(lambda: row.save(force_insert=True))
        with self._lock:
            self._open.add(row.pk)
        return int(row.pk)

    def before(self, place: int) -> Sequence[Key]:
        """Return the source and the destination of each stream that came before."""
        found = DataStream.objects.filter(seen_at__range=lately(), pk__lt=place)
        return list(found.values_list("source", "destination"))

    def begin(self, place: int) -> None:
        """Store that the stream passes bytes from now on."""
        retried(lambda: DataStream.objects.filter(pk=place).update(is_passing=True))
        self._read_at = 0.0

    def leave(self, place: int) -> None:
        """Forget a stream; what cannot be deleted now counts for a few seconds more."""
        with self._lock:
            self._open.discard(place)
        self._read_at = 0.0
        retried(lambda: DataStream.objects.filter(pk=place).delete())

    def share(self, key: Key) -> float:
        """Return which part of all streams of a cloud or link this process has."""
        if time.monotonic() - self._read_at > SHARE_SECONDS:
            self._read_passing()
        found = [is_mine for is_mine, pair in self._passing if key in keys_of(*pair)]
        return max(1, sum(found)) / max(1, len(found))

    def _read_passing(self) -> None:
        self._read_at = time.monotonic()
        rows = DataStream.objects.filter(seen_at__range=lately(), is_passing=True)
        self._passing = [
            (worker == worker_name(), (source, destination))
            for worker, source, destination in rows.values_list("worker", "source", "destination")
        ]

    def renew(self) -> None:
        """Store that the open streams of this process still are."""
        with self._lock:
            mine = list(self._open)
        if mine:
            DataStream.objects.filter(pk__in=mine).update(seen_at=timezone.now())


shared_streams = SharedStreams()
"""Those of this process and of all others on its database."""
