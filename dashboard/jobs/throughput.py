"""How many bytes a second a job copied over time, as a small chart.

Each copy counts with its mean rate from its begin to its end: that is what its step tells.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job
from dashboard.jobs.states import StepState

BARS = 60
WIDTH, HEIGHT = 600, 80
Copy = tuple[float, float, int]
"""When a copy began and ended, in seconds, and its bytes."""


@dataclass(frozen=True, kw_only=True)
class Throughput:
    """The rates of equal spans of time, in bytes a second, from ``begins`` to ``ends``."""

    rates: Sequence[float]
    begins: datetime
    ends: datetime
    total: int

    @property
    def peak(self) -> float:
        """The highest of the rates."""
        return max(self.rates)

    @property
    def mean(self) -> float:
        """All bytes by all the time between."""
        return self.total / max((self.ends - self.begins).total_seconds(), 0.001)

    @property
    def bars(self) -> list[dict[str, float]]:
        """The bars of the chart: place and size of each, in the units of its view box."""
        width = WIDTH / len(self.rates)
        heights = [HEIGHT * rate / self.peak for rate in self.rates]
        return [
            {"x": round(n * width, 1), "y": round(HEIGHT - h, 1), "w": round(width - 1, 1), "h": h}
            for n, h in enumerate(heights)
            if h
        ]


def throughput_of(job: Job) -> Throughput | None:
    """Return the throughput of a job, None if it has copied nothing. Takes one query."""
    copied = job.steps.filter(progress_unit=BYTES, progress_done__gt=0, started_at__isnull=False)
    copied = copied.exclude(state=StepState.SKIPPED)
    now = timezone.now()
    times = copied.order_by().values_list("started_at", "finished_at", "progress_done")
    rows = [(begin, end or now, size) for begin, end, size in times if begin]
    if not rows:
        return None
    begins, ends = min(row[0] for row in rows), max(row[1] for row in rows)
    copies = [(_after(begins, begin), _after(begins, end), size) for begin, end, size in rows]
    total = sum(size for _, _, size in copies)
    return Throughput(rates=_rates(copies), begins=begins, ends=ends, total=total)


def _after(begins: datetime, moment: datetime) -> float:
    return (moment - begins).total_seconds()


def _rates(copies: Sequence[Copy]) -> list[float]:
    """Return the rates of equal spans; what a copy passed is spread evenly over its time."""
    span = max(max(end for _, end, _ in copies) / BARS, 0.001)
    rates = [0.0] * BARS
    for begin, end, size in copies:
        end = max(end, begin + 0.001)
        for number in range(int(begin / span), min(BARS, int(end / span) + 1)):
            shared = min(end, (number + 1) * span) - max(begin, number * span)
            rates[number] += size * max(shared, 0.0) / (end - begin) / span
    return rates
