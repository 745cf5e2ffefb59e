"""How long a move will copy, and for how long a server will be down: by what was measured.

The rates are those of earlier copies between the same two clouds. What a plan says of bytes is the
most that there may be, so the times are the longest to be expected.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.template.defaultfilters import filesizeformat, pluralize

from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Step
from dashboard.jobs.states import StepState
from dashboard.migrations_app.execution.downtimes import moved_chains
from dashboard.migrations_app.models import Plan, PlanItem, subject_of
from dashboard.migrations_app.resources.data_path import DATA_PATH
from dashboard.migrations_app.resources.records import CREATE

STREAMS = 16
"""How many copies run at once at most: a worker's threads."""

LEAST_BYTES = 1024**2
"""Copies of less tell of calls rather than of a rate."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What earlier copies between two clouds tell.

    ``rate`` is in bytes a second for one copy; ``overhead`` are the seconds for which a server is
    down beside its copying.
    """

    copies: int
    rate: float
    overhead: float

    def downtime_of(self, cutover: int) -> float:
        """Return for how many seconds a server is down of which so many bytes are copied then."""
        return self.overhead + cutover / self.rate


@dataclass(frozen=True, kw_only=True)
class Prediction:
    """The bytes that a plan copies at most, and the seconds that it takes; None if unmeasured."""

    ahead: int
    cutover: int
    disks: int
    largest: int
    """The most bytes that are copied in the cutover of one server."""
    measured: Measured | None

    @property
    def copying_seconds(self) -> float | None:
        """How long all copies take together."""
        if self.measured is None:
            return None
        streams = max(1, min(STREAMS, self.disks))
        return (self.ahead + self.cutover) / self.measured.rate / streams

    @property
    def downtime_seconds(self) -> float | None:
        """For how long the server is down whose disks are the largest."""
        if self.measured is None:
            return None
        return self.measured.downtime_of(self.largest)

    def __str__(self) -> str:
        """Return it as one sentence, or two."""
        sizes = f"{filesizeformat(self.ahead)} ahead and {filesizeformat(self.cutover)} in the "
        sentence = f"At most {sizes}cutover are copied."
        if self.measured is None:
            return f"{sentence} No copy between these clouds has been measured yet."
        number = self.measured.copies
        return (
            f"{sentence} At {filesizeformat(self.measured.rate)} a second, measured in {number} "
            f"cop{pluralize(number, 'y,ies')} between these clouds, that takes "
            f"{self.copying_seconds:.0f} s at most, and a server is down for "
            f"{self.downtime_seconds:.0f} s at most."
        )


def predicted(plan: Plan) -> Prediction | None:
    """Return what a plan copies and how long that takes, None for a plan without data to copy."""
    found = [*_disks(plan)]
    if not found:
        return None
    of_servers = _by_server(found, "cutover")
    return Prediction(
        ahead=sum(path["ahead"] for _, path in found),
        cutover=sum(path["cutover"] for _, path in found),
        disks=len(found),
        largest=max(of_servers.values(), default=0),
        measured=measured_between(plan),
    )


def predictions_of_servers(plan: Plan) -> dict[str, dict[str, float | int | None]]:
    """Return for each server, by its id in the source, the bytes that are copied and the seconds
    for which it is down, both at most; None if no copy was measured."""
    disks, measured = [*_disks(plan)], measured_between(plan)
    cutover = _by_server(disks, "cutover")
    return {
        id_: {
            "bytes": size,
            "seconds": round(measured.downtime_of(cutover[id_]), 1) if measured else None,
        }
        for id_, size in _by_server(disks, "ahead", "cutover").items()
    }


def _by_server(
    disks: Iterable[tuple[Iterable[str], Mapping[str, Any]]], *names: str
) -> dict[str, int]:
    found: dict[str, int] = {}
    for servers, path in disks:
        for server_id in servers:
            found[server_id] = found.get(server_id, 0) + sum(path[name] for name in names)
    return found


def _disks(plan: Plan) -> Iterator[tuple[Iterable[str], Mapping[str, Any]]]:
    """Yield the servers and the path of each disk that is to be moved."""
    items = PlanItem.objects.filter(plan=plan, action=CREATE, type__in=("server", "volume"))
    names = ("type", "source_id", "fields__server_ids", f"resolution__{DATA_PATH}")
    for type_name, source_id, server_ids, path in items.values_list(*names):
        if path:
            yield ([source_id] if type_name == "server" else server_ids or ()), path


def measured_between(plan: Plan) -> Measured | None:
    """Return what earlier moves between the plan's clouds tell, None if there were none."""
    steps = steps_between(plan)
    copies = steps.filter(progress_unit=BYTES, progress_done__gte=LEAST_BYTES)
    times = {"number": Count("pk"), "bytes": Sum("progress_done")}
    told = copies.aggregate(**times, spent=Sum(F("finished_at") - F("started_at")))
    if not told["number"] or not told["spent"]:
        return None
    rate = told["bytes"] / max(told["spent"].total_seconds(), 0.001)
    return Measured(copies=told["number"], rate=rate, overhead=_overhead(plan, rate))


def steps_between(plan: Plan) -> QuerySet[Step]:
    """Return the steps that earlier executions between the plan's clouds have done."""
    pair = Plan.objects.filter(source=plan.source_id, destination=plan.destination_id)
    subjects = {subject_of(id_) for id_ in pair.order_by().values_list("tenant_id", flat=True)}
    done = Step.objects.filter(job__kind="execute", state=StepState.DONE)
    return done.filter(job__subject__in=subjects).order_by()


def _overhead(plan: Plan, rate: float) -> float:
    """Return for how long servers were down beside their copying, on average."""
    jobs = steps_between(plan).filter(opens_chain=True).values("job_id")
    copied = Sum("progress_done", filter=Q(progress_unit=BYTES), default=0)
    rows = moved_chains(Step.objects.filter(job__in=jobs)).annotate(copied=copied)
    moved = rows.values_list("halted", "ended", "copied")
    seconds = [max(0.0, (end - begin).total_seconds() - size / rate) for begin, end, size in moved]
    return sum(seconds) / len(seconds) if seconds else 0.0
