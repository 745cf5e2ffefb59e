"""Two clouds in memory between which tenants move, by the product's own jobs."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any
from unittest.mock import patch

from dashboard.clients import polling, reading
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.clouds import connect, register_clouds
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.execution.verify import unexpected
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.finalize import Finalize
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.verbs.preflight import Preflight
from dashboard.migrations_app.verbs.rollback import Rollback
from dashboard.migrations_app.verbs.verify import Verify
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.sessions import write_clouds
from tests.support.cloud.wire import connected


class TwoClouds:
    """An old and a new cloud, their rows, and what the product does between them."""

    def __init__(self, old: MemoryCloud, new: MemoryCloud, path: Path) -> None:
        self.old, self.new = old, new
        rows = {row.name: row for row in register_clouds(write_clouds(path, old, new))}
        self.source: Cloud = rows[old.name]
        self.destination: Cloud = rows[new.name]

    @cached_property
    def source_session(self) -> CloudSession:
        """The source as its operator."""
        return connect(self.source)

    @cached_property
    def destination_session(self) -> CloudSession:
        """The destination as its operator."""
        return connect(self.destination)

    def plan(
        self, tenant: str, *, choices: Mapping[str, str] | None = None, **options: Any
    ) -> Plan:
        """Plan the move of a tenant, and return the plan as it is then."""
        look_up_tenant(self.source, tenant)
        move = move_of(self.source, tenant, self.destination, choices)
        return plan_of(run(PlanMove().start(move, **options)))

    def preflight(self, plan: Plan) -> Job:
        """Check a plan again."""
        return run(Preflight().start(fresh(plan)))

    def execute(self, plan: Plan, *, state: str = "done", **options: Any) -> Job:
        """Execute a plan; its job must end in that state."""
        return run(Execute().start(fresh(plan), **options), state=state)

    def verify(self, plan: Plan) -> list[tuple[str, str, str]]:
        """Verify a move, and return the differences that were neither expected nor accepted."""
        run(Verify().start(fresh(plan)))
        found = unexpected(fresh(plan))
        return [*found.values_list("type", "name", "field")]

    def roll_back(self, plan: Plan) -> Job:
        """Roll a plan back."""
        return run(Rollback().start(fresh(plan), confirmation=plan.tenant_name))

    def finalize(self, plan: Plan, *, state: str = "done") -> Job:
        """Delete a moved tenant from the source; the job must end in that state."""
        return run(Finalize().start(fresh(plan), confirmation=plan.tenant_name), state=state)


def fresh(plan: Plan) -> Plan:
    """Return a plan as the database has it now."""
    return Plan.objects.select_related("source", "destination").get(pk=plan.pk)


def run(job: Job, *, state: str = "done") -> Job:
    """Run a job in this process to its end, which must be that state."""
    run_job(job.pk)
    job.refresh_from_db()
    log = "\n".join(line.message for line in job.log.filter(level__gte=30))
    assert job.state == state, f"{job}: {job.state}. {job.explanation}\n{log}"
    return job


@contextmanager
def two_clouds(folder: Path, *, old: str = "2026.2", new: str = "2026.2") -> Iterator[TwoClouds]:
    """Serve two clouds of these releases while inside. What they do takes no time: nobody waits."""
    clouds = MemoryCloud("old", release=old), MemoryCloud("new", release=new)
    with connected(*clouds), quick_clock():
        yield TwoClouds(*clouds, folder / "clouds.yaml")


@contextmanager
def quick_clock() -> Iterator[None]:
    """End the pauses of the client at once while inside."""
    clock = QuickClock()
    with patch.object(polling, "time", clock), patch.object(reading, "time", clock):
        yield


@contextmanager
def one_cloud(name: str = "old") -> Iterator[MemoryCloud]:
    """Serve one cloud while inside; nobody waits for what it does."""
    cloud = MemoryCloud(name)
    with connected(cloud), quick_clock():
        yield cloud


class QuickClock:
    """The client's clock: pauses between two looks are over at once, and yet time goes by."""

    def __init__(self) -> None:
        self._now = 0.0

    def monotonic(self) -> float:
        """Return the seconds that have gone by."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Advance the clock by seconds."""
        self._now += seconds
