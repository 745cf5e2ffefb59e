"""The events since a moment, read from the rows of jobs and steps: no process has to keep them."""

import json
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import NamedTuple, TypeVar

from django.db import close_old_connections
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from dashboard.api.words_of_2015.event_bodies import (
    HOST_ACTIONS,
    MOVES,
    RESET,
    Event,
    job_ended,
    job_started,
    step_done,
    step_progress,
)
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import ACTIVE_JOB_STATES, StepState
from dashboard.visible_text import visible_json

KINDS = (*MOVES, *HOST_ACTIONS, "finalize", RESET)
OVERLAP = timedelta(seconds=5)
"""So long a row may be written after the time that it has."""
MOST_AT_ONCE = 500
TENTH = 10
Found = TypeVar("Found", bound=Model)


class Row(NamedTuple):
    """A row that says something happened at a time; ``events`` asks what, once it is sent."""

    what: str
    number: int
    at: datetime
    events: Callable[[], Iterator[Event]]


class EventFeed:
    """What has happened since a moment, each once."""

    def __init__(self, since: datetime) -> None:
        self._since = self._first = since
        self._sent: dict[tuple[str, int], datetime] = {}
        self._tenths: dict[int, int] = {}

    def more(self) -> bytes:
        """Return what is new, outside of a request, on a thread that may have lost its database."""
        close_old_connections()
        return self.new()

    def new(self) -> bytes:
        """Return the events that are new since the last call as server-sent events."""
        now = timezone.now()
        found = sorted(filter(self._is_new, _rows_since(self._since)), key=_time_of)
        now_sent = found[:MOST_AT_ONCE]
        is_behind = len(found) > MOST_AT_ONCE
        self._since = now_sent[-1].at if is_behind else max(now - OVERLAP, self._first)
        self._sent |= {(row.what, row.number): row.at for row in now_sent}
        self._sent = {key: at for key, at in self._sent.items() if at > self._since - OVERLAP}
        happened = [_text(event, row.at) for row in now_sent for event in row.events()]
        return "".join([*happened, *(_text(event, now) for event in self._progress())]).encode()

    def _is_new(self, row: Row) -> bool:
        return row.at > self._first and self._sent.get((row.what, row.number)) != row.at

    def _progress(self) -> Iterator[Event]:
        running = Step.objects.filter(
            job__kind="execute", group="image", state=StepState.RUNNING, progress_total__gt=0
        )
        for step in running:
            percent = min(100, step.progress_done * 100 // step.progress_total // TENTH * TENTH)
            if percent != self._tenths.get(step.pk):
                self._tenths[step.pk] = percent
                yield from step_progress(step, percent=percent)


def _rows_since(begin: datetime) -> Iterator[Row]:
    """Yield what jobs and steps say from a moment on, of each no more than twice what is sent.

    Only jobs that are active or ended since then can say anything: so no query reads all rows.
    """
    is_of_now = Q(state__in=ACTIVE_JOB_STATES) | Q(finished_at__gte=begin)
    jobs = Job.objects.filter(is_of_now, kind__in=KINDS)
    for job in _first(jobs, "started_at", begin):
        yield Row("start", job.pk, job.started_at or begin, partial(job_started, job))
    for job in _first(jobs, "finished_at", begin):
        yield Row("end", job.pk, job.finished_at or begin, partial(job_ended, job))
    of_now = jobs.order_by().values("pk")
    steps = Step.objects.filter(job__in=of_now, state=StepState.DONE).select_related("job")
    for step in _first(steps, "finished_at", begin):
        yield Row("step", step.pk, step.finished_at or begin, partial(step_done, step))


def _first(rows: QuerySet[Found], time: str, begin: datetime) -> QuerySet[Found]:
    return rows.filter(**{f"{time}__gte": begin}).order_by(time)[: 2 * MOST_AT_ONCE]


def _time_of(row: Row) -> datetime:
    return row.at


def _text(event: Event, at: datetime) -> str:
    body = visible_json(json.dumps(event.body, default=str))
    return f"id: {at.isoformat()}\nevent: {event.name}\ndata: {body}\n\n"
