"""How long a move will copy, and for how long a server will be down: by what was measured.

The rates are those of earlier copies between the same two clouds, and downtimes those of earlier
servers there, by the paths of their disks. What a plan says of bytes is the most that there may be,
so the times are the longest to be expected.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from django.db.models import Count, QuerySet, Sum
from django.template.defaultfilters import filesizeformat, pluralize

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Step
from dashboard.jobs.states import StepState
from dashboard.jobs.time_between import TimeBetween
from dashboard.migrations_app.data_paths import data_path
from dashboard.migrations_app.models import Plan, PlanItem, subject_of
from dashboard.migrations_app.planning.measured_paths import MeasuredPaths, Told, measured_paths
from dashboard.migrations_app.resources.data_path import DATA_PATH
from dashboard.migrations_app.resources.records import CREATE

STREAMS = 16
"""How many copies run at once at most: a worker's threads."""

LEAST_BYTES = 1024**2
"""Copies of less tell of calls rather than of a rate."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What earlier copies between two clouds tell.

    ``rate`` is in bytes a second for one copy, None if none passed through here. ``paths`` is what
    each path took.
    """

    copies: int
    rate: float | None
    paths: MeasuredPaths | None

    def downtime_of(self, disks: Sequence[Told]) -> float | None:
        """Return for how many seconds a server with these disks is down, None if nothing tells.

        Nothing does for a path that no server has taken yet: most of its time goes into what other
        paths do not do.
        """
        return self.paths.downtime_of(disks) if self.paths else None


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The bytes that a plan copies at most, and the seconds that it takes; None if unmeasured."""

    ahead: int
    cutover: int
    disks: int
    downtime_seconds: float | None
    """For how long the server is down that is down the longest, of those of which that is known."""
    unmeasured: Sequence[str]
    """The titles of paths of its disks that no server has taken yet between these clouds."""
    measured: Measured | None

    @property
    def copying_seconds(self) -> float | None:
        """How long all copies take together."""
        if self.measured is None or self.measured.rate is None:
            return None
        streams = max(1, min(STREAMS, self.disks))
        return (self.ahead + self.cutover) / self.measured.rate / streams

    def __str__(self) -> str:
        """Return it as one sentence, or two."""
        sizes = f"{filesizeformat(self.ahead)} ahead and {filesizeformat(self.cutover)} in the "
        sentence = f"At most {sizes}cutover are copied."
        if self.measured is None:
            return f"{sentence} No copy between these clouds has been measured yet."
        return " ".join([sentence, *self._times()])

    def _times(self) -> Iterator[str]:
        measured = self.measured
        if measured and measured.rate:
            copies = f"{measured.copies} cop{pluralize(measured.copies, 'y,ies')}"
            yield (
                f"At {filesizeformat(measured.rate)} a second, measured in {copies} between these "
                f"clouds, that takes {self.copying_seconds:.0f} s at most."
            )
        if self.downtime_seconds is not None:
            yield f"A server is down for {self.downtime_seconds:.0f} s at most."
        if self.unmeasured:
            by = " and ".join(self.unmeasured)
            yield f"How long it is down by {by} has not been measured between these clouds yet."


def predicted(plan: Plan) -> Prediction | None:
    """Return what a plan copies and how long that takes, None for a plan without data to copy."""
    found = [*_disks(plan)]
    if not found:
        return None
    measured = measured_between(plan)
    downtimes = [measured.downtime_of(of) for of in _by_server(found).values()] if measured else []
    return Prediction(
        ahead=sum(path["ahead"] for _, path in found),
        cutover=sum(path["cutover"] for _, path in found),
        disks=len(found),
        downtime_seconds=max((each for each in downtimes if each is not None), default=None),
        unmeasured=_unmeasured(found, measured) if measured else (),
        measured=measured,
    )


def _unmeasured(disks: Iterable[tuple[Iterable[str], Told]], measured: Measured) -> Sequence[str]:
    """Return the titles of the paths of servers' disks that no server has taken yet."""
    known = measured.paths.lines if measured.paths else ()
    names = {str(told["name"]) for servers, told in disks if servers}
    return [data_path(name).title for name in sorted(names - {*known})]


def predictions_of_servers(plan: Plan) -> dict[str, dict[str, float | int | None]]:
    """Return for each server, by its id in the source, the bytes that are copied and the seconds
    for which it is down, both at most; None if no copy was measured."""
    measured = measured_between(plan)
    found: dict[str, dict[str, float | int | None]] = {}
    for id_, disks in _by_server(_disks(plan)).items():
        seconds = measured.downtime_of(disks) if measured else None
        found[id_] = {
            "bytes": sum(told["ahead"] + told["cutover"] for told in disks),
            "seconds": None if seconds is None else round(seconds, 1),
        }
    return found


def _by_server(disks: Iterable[tuple[Iterable[str], Told]]) -> dict[str, list[Told]]:
    found: dict[str, list[Told]] = {}
    for servers, path in disks:
        for server_id in servers:
            found.setdefault(server_id, []).append(path)
    return found


def _disks(plan: Plan) -> Iterator[tuple[Iterable[str], Told]]:
    """Yield the servers and the path of each disk that is to be moved."""
    created = PlanItem.objects.filter(plan=plan, action=CREATE).order_by()
    path = f"resolution__{DATA_PATH}"
    # the fields of a server are long: a database takes longer to look into them than for all else
    for server_id, told in created.filter(type="server").values_list("source_id", path):
        if told:
            yield (server_id,), told
    for server_ids, told in created.filter(type="volume").values_list("fields__server_ids", path):
        if told:
            yield server_ids or (), told


def measured_between(plan: Plan) -> Measured | None:
    """Return what earlier moves between the plan's clouds tell, None if there were none."""
    steps = steps_between(plan)
    copies = steps.filter(progress_unit=BYTES, progress_done__gte=LEAST_BYTES)
    times = {"number": Count("pk"), "bytes": Sum("progress_done")}
    told = copies.aggregate(**times, spent=Sum(TimeBetween("started_at", "finished_at")))
    paths = measured_paths(steps)
    if not told["number"] or not told["spent"]:
        return Measured(copies=0, rate=None, paths=paths) if paths else None
    rate = told["bytes"] / max(told["spent"].total_seconds(), 0.001)
    return Measured(copies=told["number"], rate=rate, paths=paths)


def steps_between(plan: Plan) -> QuerySet[Step]:
    """Return the steps that earlier executions between the plan's clouds have done."""
    pair = Plan.objects.filter(source=plan.source_id, destination=plan.destination_id)
    subjects = {subject_of(id_) for id_ in pair.order_by().values_list("tenant_id", flat=True)}
    done = Step.objects.filter(job__kind="execute", state=StepState.DONE)
    return done.filter(job__subject__in=subjects).order_by()
