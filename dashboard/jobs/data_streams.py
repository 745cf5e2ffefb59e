"""The data streams of all worker processes, as rows: so limits of streams and bytes a second hold
for all of them together.

A stream waits in the order in which it came: first for the limit of its job's group, then for those
of its clouds. The rows of a dead worker count for no longer than its leases last; a heartbeat keeps
those of a living one.
"""

import threading
import time
from collections.abc import Sequence
from typing import Any

from django.utils import timezone

from dashboard.clients.stream_book import Key, keys_of
from dashboard.jobs.models import DataStream, JobGroup
from dashboard.jobs.sweeping import lately
from dashboard.jobs.this_process import worker_name
from dashboard.jobs.transitions import in_transaction, retried

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
        row = _row(source=source, destination=destination)
        retried(lambda: row.save(force_insert=True))
        return self.opened(row)

    def opened(self, row: DataStream) -> int:
        """Renew a row from now on until it is left; return its place."""
        with self._lock:
            self._open.add(row.pk)
        return int(row.pk)

    def before(self, place: int) -> Sequence[Key]:
        """Return the source and the destination of each stream that came before."""
        found = DataStream.objects.filter(seen_at__range=lately(), pk__lt=place, group=None)
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


class GroupLimit:
    """The limit of the streams of a group of jobs, as the database has it when it is asked."""

    def __init__(self, group: JobGroup, streams: SharedStreams = shared_streams) -> None:
        self.what = f"a data stream of {group}"
        self._group, self._streams = group, streams

    def enter(self) -> int:
        """Store that a stream waits, and return its place. One at a time of a group, so that the
        order of places is that in which they are seen."""
        return self._streams.opened(in_transaction(self._add))

    def _add(self) -> DataStream:
        group = JobGroup.objects.select_for_update().get(pk=self._group.pk)
        row = _row(group=group)
        row.save(force_insert=True)
        return row

    def allows(self, place: int) -> bool:
        """Return whether fewer streams of the group came before than there may be at once."""
        most = JobGroup.objects.values_list("streams", flat=True).get(pk=self._group.pk)
        rows = DataStream.objects.filter(seen_at__range=lately(), pk__lt=place, group=self._group)
        return not most or rows.count() < most

    def leave(self, place: int) -> None:
        """Forget a stream."""
        self._streams.leave(place)


def limit_of_job(job_id: int) -> GroupLimit | None:
    """Return the limit of the streams of a job beside those of clouds, None for none."""
    group = JobGroup.objects.filter(jobs=job_id).first()
    return GroupLimit(group) if group else None


def _row(**fields: Any) -> DataStream:
    return DataStream(worker=worker_name(), seen_at=timezone.now(), **fields)
