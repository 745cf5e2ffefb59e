"""The servers of a plan, a row each: what each is, what its move takes, and where that is.

They are a part of the plan's page that is read by itself, a page of rows at a time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs.chain_rows import ChainRow, rows_of_halts
from dashboard.jobs.models import Job
from dashboard.jobs.views.pages import PageRequest, cut
from dashboard.migrations_app.execution.execute import HALT
from dashboard.migrations_app.execution.graph import step_key
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.planning.prediction import Measured, predicted
from dashboard.migrations_app.resources.data_path import DATA_PATH

Path = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ServerRow:
    """A server of a plan, with its own disk and its volumes, and its move if it was executed."""

    item: PlanItem
    paths: Sequence[Path]
    """How its disks are copied, and how much."""
    gib: int
    entry: LedgerEntry | None
    move: ChainRow | None
    measured: Measured | None

    @property
    def flavor(self) -> str:
        """The name of its flavor, "" where the cloud does not tell."""
        found = self.item.fields.get("flavor") or {}
        return str(found.get("original_name") or found.get("name") or "")

    @property
    def addresses(self) -> list[str]:
        """Its addresses in the source."""
        networks = (self.item.fields.get("addresses") or {}).values()
        return [str(each["addr"]) for network in networks for each in network]

    @property
    def status(self) -> str:
        """Its state in the source: as it was when it was planned, or halted for its move."""
        is_halted = self.entry is not None and self.entry.down_since is not None
        return "halted" if is_halted else str(self.item.fields.get("status") or "").lower()

    @property
    def is_there(self) -> bool:
        """Whether the destination has its copy."""
        return self.entry is not None and self.entry.state == LedgerEntry.State.PRESENT

    @property
    def ahead(self) -> int:
        """The bytes that are copied while it runs, at most."""
        return sum(path["ahead"] for path in self.paths)

    @property
    def cutover(self) -> int:
        """The bytes that are copied while it is down, at most."""
        return sum(path["cutover"] for path in self.paths)

    @property
    def predicted_seconds(self) -> float | None:
        """For how long it is down at most by what was measured, None if nothing was."""
        if self.move is not None and self.move.predicted_seconds is not None:
            return self.move.predicted_seconds
        return self.measured.downtime_of(self.paths) if self.measured else None


def plan_servers(request: PageRequest, plan_id: int) -> HttpResponse:
    """Return the part of a plan's page with its servers, and what it copies in which time."""
    plan = get_object_or_404(Plan.objects.select_related("source", "destination"), pk=plan_id)
    prediction = predicted(plan)
    page = cut(plan.items.filter(type="server").select_related("plan"), request)
    job = _latest_move(plan)
    rows = _rows(plan, list(page.object_list), job, prediction.measured if prediction else None)
    about = {"plan": plan, "prediction": prediction, "page": page, "servers": rows, "job": job}
    return render(request, "plans/_servers.html", about)


def _rows(
    plan: Plan, items: Sequence[PlanItem], job: Job | None, measured: Measured | None
) -> list[ServerRow]:
    """Return the rows of these servers, in three queries."""
    halts = [step_key(item, HALT) for item in items]
    found = rows_of_halts(job, halts) if job and halts else []
    moves = {row.server.source_id: row for row in found}
    ids = [item.source_id for item in items]
    ledger = plan.ledger_entries.filter(type="server", source_id__in=ids)
    entries = {entry.source_id: entry for entry in ledger}
    volumes = _volumes(plan, items)
    return [
        ServerRow(
            item=item,
            paths=_paths(item, volumes),
            gib=_own_gib(item) + sum(volumes[id_][0] for id_ in _ids(item) if id_ in volumes),
            entry=entries.get(item.source_id),
            move=moves.get(item.source_id),
            measured=measured,
        )
        for item in items
    ]


def _ids(item: PlanItem) -> list[str]:
    return list(item.fields.get("volumes") or ())


def _own_gib(item: PlanItem) -> int:
    """Return the size of a server's own disk: one that boots from a volume has none."""
    return 0 if item.fields.get("root_volume") else int(item.fields.get("disk") or 0)


def _volumes(plan: Plan, items: Sequence[PlanItem]) -> dict[str, tuple[int, Path | None]]:
    """Return the size in GiB and the path of the volumes of these servers, by their ids."""
    ids = [id_ for item in items for id_ in _ids(item)]
    found = PlanItem.objects.filter(plan=plan, type="volume", source_id__in=ids).order_by()
    told = found.values_list("source_id", "fields__size", f"resolution__{DATA_PATH}")
    return {id_: (int(size or 0), path) for id_, size, path in told}


def _paths(item: PlanItem, volumes: Mapping[str, tuple[int, Path | None]]) -> list[Path]:
    of_volumes = [volumes[id_][1] for id_ in _ids(item) if id_ in volumes]
    return [path for path in (item.data_path, *of_volumes) if path]


def _latest_move(plan: Plan) -> Job | None:
    """Return the latest job that executed the plan."""
    jobs = Job.objects.filter(subject=plan.subject, kind="execute", params__plan=plan.pk)
    return jobs.first()
