"""What a job was in the end: its servers, their downtime and bytes, and what was predicted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from statistics import median
from typing import Any

from dashboard.jobs.chain_rows import ChainRow, all_rows
from dashboard.jobs.models import Job
from dashboard.jobs.moved_servers import MovedServer, moved_servers
from dashboard.jobs.throughput import Throughput, throughput_of

Sums = tuple[Sequence[MovedServer], Throughput | None]


def _sums_of(job: Job) -> Sums:
    return moved_servers(job), throughput_of(job)


@lru_cache(maxsize=64)
def _sums_of_ended(job: Job, _ended: datetime) -> Sums:
    """Return what a job that has ended adds up to: the same on each page of its servers, until it
    goes on and ends anew."""
    return _sums_of(job)


@dataclass(frozen=True)
class JobReport:
    """The report of a job; while it runs, what there is so far. Times are in seconds."""

    job: Job

    @cached_property
    def _sums(self) -> Sums:
        if self.job.is_active or self.job.finished_at is None:
            return _sums_of(self.job)
        return _sums_of_ended(self.job, self.job.finished_at)

    @property
    def moved_servers(self) -> Sequence[MovedServer]:
        """The times of the servers that run in the destination."""
        return self._sums[0]

    @property
    def throughput(self) -> Throughput | None:
        """What it copied over time."""
        return self._sums[1]

    @property
    def moved(self) -> int:
        """How many of the servers run in the destination."""
        return len(self.moved_servers)

    @property
    def seconds(self) -> float | None:
        """From the begin of the job to its end, None while it goes on."""
        if self.job.started_at is None or self.job.finished_at is None:
            return None
        return (self.job.finished_at - self.job.started_at).total_seconds()

    @property
    def downtimes(self) -> list[float]:
        """For how long each server was down that has moved."""
        return [each.down for each in self.moved_servers if each.down is not None]

    @property
    def median_down(self) -> float | None:
        """The median of the downtimes."""
        return median(self.downtimes) if self.downtimes else None

    @property
    def worst_down(self) -> float | None:
        """The longest of the downtimes."""
        return max(self.downtimes, default=None)

    @property
    def accuracy(self) -> float | None:
        """The median of real by predicted downtimes; 1.0 is as predicted."""
        ratios = [
            each.down / each.predicted
            for each in self.moved_servers
            if each.down is not None and each.predicted
        ]
        return median(ratios) if ratios else None

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        copied = self.throughput
        return {
            "job": self.job.pk,
            "title": self.job.title,
            "state": self.job.state,
            "started_at": self.job.started_at,
            "finished_at": self.job.finished_at,
            "seconds": self.seconds,
            "bytes": copied.total if copied else 0,
            "bytes_per_second": copied.mean if copied else None,
            "servers_moved": self.moved,
            "median_seconds_down": self.median_down,
            "worst_seconds_down": self.worst_down,
            "real_by_predicted": self.accuracy,
            "servers": [_server(row) for row in all_rows(self.job)],
        }


def _server(row: ChainRow) -> dict[str, Any]:
    return {
        "id": row.server.source_id,
        "title": row.title,
        "state": row.state,
        "halted_at": row.halted_at,
        "runs_at": row.runs_at,
        "seconds_down": row.seconds_down,
        "predicted_seconds_down": row.predicted_seconds,
        "bytes": row.bytes_done,
        "predicted_bytes": row.predicted_bytes,
    }
