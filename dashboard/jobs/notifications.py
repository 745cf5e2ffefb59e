"""News of jobs: what people hear of who are not looking at the pages.

A kind of job says its news itself (``JobKind.news``); who is told, and how, is not known here.
"""

from dataclasses import dataclass
from enum import StrEnum

from django.dispatch import Signal

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase

news_broke = Signal()
"""Sent with ``job`` and ``news`` in the transaction that ends or holds the job: what receivers
store is stored with the job's state or not at all, and exactly once. They write rows only."""


class Tone(StrEnum):
    """How news sounds; the values are topics of Fuel's notifications."""

    GOOD = "done"
    WAITING = "warning"
    BAD = "error"


@dataclass(frozen=True, kw_only=True)
class News:
    """Something that has happened. ``event`` is for programs, as ``host.evacuated``;
    ``sentence`` is one sentence for people, with what and who in it."""

    event: str
    tone: Tone
    sentence: str


def trouble(job: Job, *, about: str) -> News | None:
    """Return the news that a job failed or waits for an operator, None when it does neither.

    ``about`` is the first part of the event, as ``host``. A job that was cancelled is no news: it
    was a person who did it; nor is one that is held until a time.
    """
    match job.state:
        case JobState.FAILED | JobState.ERRORED:
            sentence = f"“{job.title}” failed: {job.explanation}"
            return News(event=f"{about}.failed", tone=Tone.BAD, sentence=sentence)
        case JobState.HELD if job.hold_before is not None and job.hold_until is None:
            phase = Phase(job.hold_before).label.lower()
            sentence = f"“{job.title}” waits before {phase} until somebody releases it."
            return News(event=f"{about}.needs_you", tone=Tone.WAITING, sentence=sentence)
        case _:
            return None
