"""The timeline of a job: when each step ran, as bars on one scale."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from dashboard.jobs.models import Job, Step

SCALE = 1000
"""The width of the whole job, in units of the drawing."""

THINNEST = 4
"""The length of the shortest bar: a shorter one would not be visible."""


@dataclass(frozen=True)
class Bar:
    """A step with its start and length on the scale."""

    step: Step
    start: int
    length: int


@dataclass(frozen=True)
class Timeline:
    """All bars, and the time since the job began at each quarter of the scale."""

    bars: Sequence[Bar]
    marks: Sequence[timedelta]


def timeline_of(job: Job, steps: Sequence[Step]) -> Timeline:
    """Return the bars of the steps that have begun; a running one ends now."""
    now = timezone.now()
    start = job.started_at or job.created_at
    span = max((job.finished_at or now) - start, timedelta(seconds=1))
    bars = [_bar(step, step.started_at, start, span, now) for step in steps if step.started_at]
    return Timeline(bars=bars, marks=[span * quarter / 4 for quarter in range(5)])


def _bar(step: Step, began: datetime, start: datetime, span: timedelta, now: datetime) -> Bar:
    length = ((step.finished_at or now) - began) / span * SCALE
    offset = min(max((began - start) / span * SCALE, 0), SCALE - THINNEST)
    return Bar(step, round(offset), round(max(THINNEST, min(length, SCALE - offset))))
