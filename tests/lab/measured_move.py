"""Moves of a stored tenant by one data path, measured: for how long it is down, what is written."""

from collections.abc import Iterable
from dataclasses import dataclass

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.chain_rows import all_rows
from dashboard.jobs.models import Job
from dashboard.jobs.operating import hold, release_hold
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.runner import run_job
from dashboard.jobs.states import Phase
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.verbs.rollback import Rollback
from lab import ceph
from lab.components.cinder import backup_directory
from tests.lab.stored_tenant import StoredTenant


@dataclass(frozen=True, kw_only=True)
class Cutover:
    """For how many seconds a server was down, and was predicted to be; None if nothing was.

    ``written`` are the bytes that clients wrote to Ceph meanwhile, ``stored`` those by which the
    store of backups grew.
    """

    path: str
    seconds: float
    predicted: float | None
    written: int
    stored: int
    stages: dict[str, float]
    """How long each of its steps took, in seconds."""


@dataclass(frozen=True)
class MeasuredMove:
    """Moves a tenant to and fro between two clouds of the lab."""

    tenant: StoredTenant
    source: Cloud
    destination: Cloud

    def go(self, path: str, changed: Iterable[tuple[int, int]]) -> Cutover:
        """Move by that path; write these spans as the guest would, after what is done ahead.

        Everything is rolled back in the end.
        """
        plan = self._planned(path)
        job = _run(Execute().start(plan, hold_before="cutover"), "held")
        self.tenant.write(*changed)
        written, stored = ceph.bytes_written(), _stored()
        found = self._cut_over(job, path, written, stored)
        _run(Rollback().start(plan, confirmation=self.tenant.name), "done")
        return found

    def _cut_over(self, job: Job, path: str, written: int, stored: int) -> Cutover:
        release_hold(job, requester=NOBODY)
        # what is removed afterwards costs the storage something as well
        hold(job, before=Phase.COMPLETE, requester=NOBODY)
        job = _run(job, "held")
        [row] = all_rows(job)
        assert row.seconds_down is not None
        found = Cutover(
            path=path,
            seconds=row.seconds_down,
            predicted=row.predicted_seconds,
            written=ceph.bytes_written() - written,
            stored=_stored() - stored,
            stages={
                f"{step.group}:{step.action}": (step.finished_at - step.started_at).total_seconds()
                for step in row.steps
                if step.started_at and step.finished_at
            },
        )
        release_hold(job, requester=NOBODY)
        _run(job, "done")
        return found

    def _planned(self, path: str) -> Plan:
        look_up_tenant(self.source, self.tenant.name)
        move = move_of(self.source, self.tenant.name, self.destination, None)
        chosen = [f"volume:*={path}"]
        plan = plan_of(_run(PlanMove().start(move, data_paths=chosen), "done"))
        assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
        return plan


def _run(job: Job, state: str) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == state, f"{job}: {job.state}. {job.explanation}"
    return job


def _stored() -> int:
    """Return how many bytes the store of backups has."""
    return sum(file.stat().st_size for file in backup_directory().rglob("*") if file.is_file())
