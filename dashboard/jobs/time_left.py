"""Estimates how long a job will still run, and only where an estimate means something."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from dashboard.jobs.kinds import BYTES, SECONDS
from dashboard.jobs.models import Step

ENOUGH_STEPS = 3
OVERDUE = 3.0
"""A step that takes so many times what others like it took follows no estimate."""

Like = tuple[str, str]
"""The group and the action that steps have in common which take about as long."""


@dataclass(frozen=True)
class Pace:
    """How many steps of one likeness are done, and how long they took together."""

    done: int = 0
    spent: timedelta = timedelta()

    @property
    def seconds(self) -> float | None:
        """How long one took on average, None where too few are done to tell."""
        return self.spent.total_seconds() / self.done if self.done >= ENOUGH_STEPS else None


def seconds_left(
    paces: Mapping[Like, Pace], pending: Counter[Like], running: Iterable[Step], *, now: datetime
) -> float | None:
    """Return the estimate for a job that runs, None where a part of what is left is unknown.

    What data is left to a step, or what it counts down, is known; of others, those like it that are
    done tell. Steps that wait take no longer than those did, so that the estimate does not grow.
    """
    steps = list(running)
    rest = [_of_running(step, paces.get(_likeness(step), Pace()), now) for step in steps]
    ahead = [
        _total(paces.get(like, Pace()).seconds, count) for like, count in pending.items() if count
    ]
    known = [each for each in (*rest, *ahead) if each is not None]
    if not steps or len(known) < len(rest) + len(ahead):
        return None
    return max(*known, sum(known) / len(steps))


def _total(seconds: float | None, count: int) -> float | None:
    return None if seconds is None else seconds * count


def _likeness(step: Step) -> Like:
    return step.group, step.action


def _of_running(step: Step, pace: Pace, now: datetime) -> float | None:
    elapsed = (now - step.started_at).total_seconds() if step.started_at else 0.0
    left = step.progress_total - step.progress_done
    if step.progress_unit == SECONDS:
        return float(left)
    if step.progress_unit == BYTES and step.progress_total:
        return left * elapsed / step.progress_done if step.progress_done and elapsed else None
    if pace.seconds is None or elapsed > OVERDUE * pace.seconds:
        return None
    return max(0.0, pace.seconds - elapsed)
