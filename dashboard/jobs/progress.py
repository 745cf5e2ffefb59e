"""The progress of a job: one snapshot for pages, API and command line."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    Count,
    Min,
    Q,
    Sum,
)
from django.utils import timezone

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import (
    ACTIVE_JOB_STATES,
    BROKEN_STEP_STATES,
    JobState,
    StepState,
)
from dashboard.jobs.time_between import TimeBetween
from dashboard.jobs.time_left import Like, Pace, seconds_left

StepCount = dict[str, Any]
"""How many steps of one group, action and state there are, their bytes and the time they took."""


@dataclass(frozen=True, kw_only=True)
class GroupProgress:
    """The progress of one group of steps; ``done`` counts neither failed nor skipped steps."""

    group: str
    total: int
    done: int
    failed: int
    running: int
    skipped: int
    bytes_done: int
    bytes_total: int

    @property
    def finished(self) -> int:
        """The number of steps that are done or skipped."""
        return self.done + self.skipped


@dataclass(frozen=True, kw_only=True)
class WaitingStep:
    """A step that waits: for what, the state that was last seen in ("" if none), and since when."""

    title: str
    waiting_for: str
    state: str
    since: datetime


@dataclass(frozen=True, kw_only=True)
class RetryingStep:
    """A step whose last attempt failed by something that passes, and when it is tried again."""

    title: str
    attempts: int
    error: str
    fix: str
    at: datetime


@dataclass(frozen=True, kw_only=True)
class JobProgress:
    """The progress of a job.

    ``bytes_total`` is of the steps that have begun: of later ones it is not known.
    ``bytes_per_second`` is the rate of the steps that run now; ``seconds_left`` is None unless the
    job runs and each step that is left can be estimated. ``waiting`` are the steps that have begun
    and wait for something, ``retrying`` those that will be tried again later.
    """

    state: str
    total: int
    done: int
    failed: int
    running: int
    skipped: int
    bytes_done: int
    bytes_total: int
    bytes_per_second: float
    seconds_left: float | None
    groups: list[GroupProgress]
    current: list[str]
    waiting: list[WaitingStep]
    retrying: list[RetryingStep]

    @property
    def finished(self) -> int:
        """The number of steps that are done or skipped."""
        return self.done + self.skipped

    @property
    def percent(self) -> int:
        """The percentage of steps that are finished; bytes are shown apart."""
        return 100 * self.finished // self.total if self.total else 100


def job_progress(job: Job) -> JobProgress:
    """Return the progress of a job as it was read, by at most two queries whatever its size."""
    return progress_of([job])[job.pk]


def progress_of(jobs: Iterable[Job]) -> dict[int, JobProgress]:
    """Return the progress of each job by its id, by at most two queries whatever their number."""
    now = timezone.now()
    states = {job.pk: job.state for job in jobs}
    active = [pk for pk, state in states.items() if state in ACTIVE_JOB_STATES]
    counts, open_steps = _counts(states), _open_steps(active, now)
    return {pk: _progress(states[pk], counts[pk], open_steps[pk], now) for pk in states}


def _progress(
    state: str, counts: list[StepCount], open_steps: list[Step], now: datetime
) -> JobProgress:
    groups = _group_progress(counts)
    running = [step for step in open_steps if step.state == StepState.RUNNING]
    totals = {name: sum(getattr(group, name) for group in groups) for name in _COUNTS}
    return JobProgress(
        state=state,
        bytes_per_second=sum(_bytes_per_second(step, now) for step in running),
        seconds_left=_seconds_left(counts, running, state, now),
        groups=groups,
        current=[step.title for step in running],
        waiting=[_waiting(step, step.waiting_since) for step in open_steps if step.waiting_since],
        retrying=[
            _retrying(step, step.not_before)
            for step in open_steps
            if step.not_before and step.error and not step.waiting_since
        ],
        **totals,
    )


def _open_steps(jobs: Iterable[int], now: datetime) -> Mapping[int, list[Step]]:
    """Return the steps that run, and those that wait for their next attempt, by their job."""
    retrying = Q(state=StepState.PENDING, not_before__gt=now)
    by_job: defaultdict[int, list[Step]] = defaultdict(list)
    for step in Step.objects.filter(Q(state=StepState.RUNNING) | retrying, job__in=jobs):
        by_job[step.job_id].append(step)
    return by_job


def _waiting(step: Step, since: datetime) -> WaitingStep:
    return WaitingStep(
        title=step.title,
        waiting_for=step.waiting_for,
        state=step.waiting_state,
        since=since,
    )


def _retrying(step: Step, at: datetime) -> RetryingStep:
    return RetryingStep(
        title=step.title, attempts=step.attempt, error=step.error, fix=step.fix, at=at
    )


_COUNTS = ("total", "done", "failed", "running", "skipped", "bytes_done", "bytes_total")


def _counts(jobs: Iterable[int]) -> Mapping[int, list[StepCount]]:
    """Return the counts of the steps of each job, by their group, action and state."""
    of_bytes = Q(progress_unit=BYTES) & ~Q(state=StepState.SKIPPED)
    rows = (
        Step.objects.filter(job__in=jobs)
        .order_by()
        .values("job", "group", "action", "state")
        .annotate(
            count=Count("pk"),
            first=Min("ordinal"),
            bytes_done=Sum("progress_done", filter=of_bytes, default=0),
            bytes_total=Sum("progress_total", filter=of_bytes, default=0),
            spent=Sum(TimeBetween("started_at", "finished_at")),
        )
    )
    by_job: defaultdict[int, list[StepCount]] = defaultdict(list)
    for row in rows:
        by_job[row["job"]].append(dict(row))
    return by_job


def _group_progress(counts: Iterable[StepCount]) -> list[GroupProgress]:
    """Return the progress by group, in the order in which the groups begin."""
    by_group: defaultdict[str, list[StepCount]] = defaultdict(list)
    for row in sorted(counts, key=lambda row: int(row["first"])):
        by_group[row["group"]].append(row)
    return [_one_group(group, rows) for group, rows in by_group.items()]


def _one_group(group: str, rows: Iterable[StepCount]) -> GroupProgress:
    rows = list(rows)
    counts: Counter[str] = Counter()
    for row in rows:
        counts[row["state"]] += row["count"]
    return GroupProgress(
        group=group,
        total=counts.total(),
        done=counts[StepState.DONE],
        failed=sum(counts[state] for state in BROKEN_STEP_STATES),
        running=counts[StepState.RUNNING],
        skipped=counts[StepState.SKIPPED],
        bytes_done=int(sum(row["bytes_done"] for row in rows)),
        bytes_total=int(sum(row["bytes_total"] for row in rows)),
    )


def _bytes_per_second(step: Step, now: datetime) -> float:
    if step.progress_unit != BYTES or step.started_at is None:
        return 0.0
    return step.progress_done / max((now - step.started_at).total_seconds(), 0.1)


def _seconds_left(
    counts: Iterable[StepCount], running: Iterable[Step], state: str, now: datetime
) -> float | None:
    """Estimate while the job runs. What has failed, and what waits for that, has no end to tell."""
    counts = list(counts)
    if state != JobState.RUNNING or any(each["state"] in BROKEN_STEP_STATES for each in counts):
        return None
    pending: Counter[Like] = Counter()
    paces: dict[Like, Pace] = {}
    for each in counts:
        like = each["group"], each["action"]
        if each["state"] == StepState.PENDING:
            pending[like] = each["count"]
        elif each["state"] == StepState.DONE and each["spent"]:
            paces[like] = Pace(each["count"], each["spent"])
    return seconds_left(paces, pending, running, now=now)
