"""Events of jobs: what people who are not watching the pages should hear of.

A kind of job names its events itself (``JobKind.event``); who is notified, and how, is not known
here.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.dispatch import Signal

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase

event_raised = Signal()
"""Sent with ``job`` and ``event`` in the transaction that ends or holds the job: what receivers
store is stored with the job's state or not at all, and exactly once. They write rows only."""

job_finished = Signal()
"""Sent with ``job`` after a job has ended and its kind knows. It may be sent twice, or never when
the worker dies just then: what receivers do is only sooner by it. They write rows only."""


class Severity(StrEnum):
    """How serious an event is; the values are topics of Fuel's notifications."""

    SUCCESS = "done"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, kw_only=True)
class Event:
    """Something that happened to a job's subject.

    ``name`` is for programs, as ``host.evacuated``; ``sentence`` is one sentence for people, with
    what and who in it.
    """

    name: str
    severity: Severity
    sentence: str


def failure_event(job: Job, *, about: str) -> Event | None:
    """Return the event that a job failed or waits for an operator, None when it does neither.

    ``about`` is the first part of the event's name, as ``host``. A cancelled job raises none, since
    a person cancelled it; nor does one that is held until a given time.
    """
    match job.state:
        case JobState.FAILED | JobState.ERRORED:
            sentence = f"“{job.title}” failed: {job.explanation}"
            return Event(name=f"{about}.failed", severity=Severity.ERROR, sentence=sentence)
        case JobState.HELD if job.hold_before is not None and job.hold_until is None:
            phase = Phase(job.hold_before).label.lower()
            sentence = f"“{job.title}” is held before {phase} until somebody releases it."
            return Event(name=f"{about}.needs_you", severity=Severity.WARNING, sentence=sentence)
        case _:
            return None
