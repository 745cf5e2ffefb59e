"""For how long a server is down, by what earlier servers between two clouds took.

The time is split: what each disk took, by its path, and what the rest did: halting, booting. How a
path's time depends on what a plan says of a disk (the bytes to copy and to read in the cutover) is
fitted to the disks of the last servers.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

from dashboard.jobs.models import Step
from dashboard.jobs.states import StepState
from dashboard.migrations_app.execution.downtimes import moved_chains
from dashboard.migrations_app.models import PlanItem
from dashboard.migrations_app.resources.data_path import DATA_PATH

LAST_SERVERS = 50
_DISK = Q(group="volume", action__in=("capture", "transfer", "create"))
_DISK |= Q(group="server", action__in=("capture", "transfer"))

Told = Mapping[str, Any]
"""What a plan says of a disk's path: its ``name``, and the bytes ``cutover`` and ``reads``."""


@dataclass(frozen=True)
class Line:
    """Seconds by bytes: so many in any case, and so many a byte."""

    fixed: float
    per_byte: float

    def at(self, size: int) -> float:
        """Return the seconds for a disk of which so many bytes are copied and read."""
        return self.fixed + self.per_byte * size


@dataclass(frozen=True)
class MeasuredPaths:
    """What the last servers took, in seconds: by path, and beside their disks."""

    lines: Mapping[str, Line]
    beside: float

    def downtime_of(self, disks: Iterable[Told]) -> float | None:
        """Return for how long a server with these disks is down; None for an unknown path."""
        known = [(self.lines.get(told["name"]), work_of(told)) for told in disks]
        seconds = [line.at(size) for line, size in known if line]
        return self.beside + sum(seconds) if len(seconds) == len(known) else None


def work_of(told: Told) -> int:
    """Return how many bytes of a disk are copied and read in the cutover at most."""
    return int(told["cutover"]) + int(told.get("reads", 0))


def measured_paths(steps: QuerySet[Step]) -> MeasuredPaths | None:
    """Return what the last servers tell that moved in the jobs of these steps, None without one."""
    jobs = steps.filter(opens_chain=True).values("job_id")
    rows = moved_chains(Step.objects.filter(job__in=jobs)).order_by("-ended")[:LAST_SERVERS]
    down = {
        (job, chain): (ended - halted).total_seconds()
        for job, chain, halted, ended in rows.values_list("job_id", "chain", "halted", "ended")
    }
    if not down:
        return None
    taken = _disk_seconds(steps, down)
    beside = [down[chain] - sum(disks.values()) for chain, disks in taken.items()]
    return MeasuredPaths(_lines(taken), max(0.0, sum(beside) / len(beside)))


def _disk_seconds(
    steps: QuerySet[Step], chains: Iterable[tuple[int, str]]
) -> dict[tuple[int, str], dict[int, float]]:
    """Return the seconds of each disk's steps, by chain and by the plan's item."""
    found: dict[tuple[int, str], dict[int, float]] = {chain: defaultdict(float) for chain in chains}
    jobs, names = {job for job, _ in found}, {chain for _, chain in found}
    timed = steps.filter(_DISK, job__in=jobs, chain__in=names, state=StepState.DONE)
    values = timed.values_list("job_id", "chain", "params__item", "started_at", "finished_at")
    for job, chain, item, begun, ended in values:
        if (job, chain) in found and begun and ended:
            found[job, chain][item] += (ended - begun).total_seconds()
    return found


def _lines(taken: Mapping[tuple[int, str], Mapping[int, float]]) -> dict[str, Line]:
    items = {item for disks in taken.values() for item in disks}
    told = PlanItem.objects.filter(pk__in=items).values_list("pk", f"resolution__{DATA_PATH}")
    paths: dict[int, Told | None] = dict(told)
    found: dict[str, list[tuple[int, float]]] = {}
    for item, spent in (pair for disks in taken.values() for pair in disks.items()):
        if path := paths.get(item):
            found.setdefault(path["name"], []).append((work_of(path), spent))
    return {name: fitted(points) for name, points in found.items()}


def fitted(points: Sequence[tuple[int, float]]) -> Line:
    """Return the line closest to points of bytes and seconds, neither part of it below zero.

    Where all sizes are alike nothing tells how much of the time is fixed: half of it is taken.
    """
    size = sum(x for x, _ in points) / len(points)
    mean = sum(y for _, y in points) / len(points)
    spread = sum((x - size) ** 2 for x, _ in points)
    if not spread:
        return Line(mean, 0.0) if not size else Line(mean / 2, mean / 2 / size)
    slope = max(0.0, sum((x - size) * (y - mean) for x, y in points) / spread)
    if mean < slope * size:
        return Line(0.0, mean / size)
    return Line(mean - slope * size, slope)
