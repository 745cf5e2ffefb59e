"""The progress of a job: one snapshot for pages, API and command line."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Q, Sum
from django.utils import timezone

from dashboard.jobs.kinds import BYTES, SECONDS
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import BROKEN_STEP_STATES, StepState

ENOUGH_STEPS_TO_ESTIMATE = 3


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
class JobProgress:
    """The progress of a job.

    ``bytes_per_second`` is the rate of the steps that run now; ``seconds_left`` is None while there
    is nothing to estimate it from.
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

    @property
    def finished(self) -> int:
        """The number of steps that are done or skipped."""
        return self.done + self.skipped

    @property
    def percent(self) -> int:
        """The percentage of steps that are finished; bytes are shown apart."""
        return 100 * self.finished // self.total if self.total else 100


def job_progress(job: Job) -> JobProgress:
    """Return a job's progress, by three queries whatever its size."""
    stored = Job.objects.values_list("state", "started_at").get(pk=job.pk)
    groups = _group_progress(job)
    running = list(
        Step.objects.filter(job=job, state=StepState.RUNNING).only(
            "title", "progress_done", "progress_total", "progress_unit", "started_at"
        )
    )
    totals = {name: sum(getattr(group, name) for group in groups) for name in _COUNTS}
    rate = sum(_bytes_per_second(step) for step in running)
    return JobProgress(
        state=stored[0],
        bytes_per_second=rate,
        seconds_left=_seconds_left(totals, running, rate=rate, started_at=stored[1]),
        groups=groups,
        current=[step.title for step in running],
        **totals,
    )


_COUNTS = ("total", "done", "failed", "running", "skipped", "bytes_done", "bytes_total")


def _group_progress(job: Job) -> list[GroupProgress]:
    """Return the progress by group, in the order in which the groups begin."""
    of_bytes = Q(progress_unit=BYTES) & ~Q(state=StepState.SKIPPED)
    rows = (
        Step.objects.filter(job=job)
        .order_by()
        .values("group", "state")
        .annotate(
            count=Count("pk"),
            first=Min("ordinal"),
            bytes_done=Sum("progress_done", filter=of_bytes, default=0),
            bytes_total=Sum("progress_total", filter=of_bytes, default=0),
        )
    )
    by_group: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["first"]):
        by_group[row["group"]].append(dict(row))
    return [_one_group(group, rows) for group, rows in by_group.items()]


def _one_group(group: str, rows: Iterable[dict[str, Any]]) -> GroupProgress:
    rows = list(rows)
    counts = Counter({row["state"]: row["count"] for row in rows})
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


def _bytes_per_second(step: Step) -> float:
    if step.progress_unit != BYTES or step.started_at is None:
        return 0.0
    return step.progress_done / max((timezone.now() - step.started_at).total_seconds(), 0.1)


def _seconds_left(
    totals: dict[str, int], running: Iterable[Step], *, rate: float, started_at: datetime | None
) -> float | None:
    """Estimate by the bytes left while there are any, then by the longest wait that a step counts
    down, else by the pace of the steps so far."""
    bytes_left = totals["bytes_total"] - totals["bytes_done"]
    if bytes_left > 0:
        return bytes_left / rate if rate else None
    if waits := [step for step in running if step.progress_unit == SECONDS]:
        return float(max(step.progress_total - step.progress_done for step in waits))
    if started_at is None or totals["done"] < ENOUGH_STEPS_TO_ESTIMATE:
        return None
    elapsed = (timezone.now() - started_at).total_seconds()
    steps_left = totals["total"] - totals["done"] - totals["skipped"]
    return steps_left * elapsed / totals["done"]
