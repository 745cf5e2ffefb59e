"""A reassignment for tests: its row, and a step's context that remembers what it was told."""

from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.hosts_app.models import Cloud, Reassignment
from dashboard.hosts_app.reassignment.work import ReassignmentWork
from dashboard.jobs.kinds import StepContext, StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.starting import start_job

SRC, DST, NODE = 1, 2, 4
STEPS = ("provision", "deploy", "health_before", "health_after")
HOST = "src-c3"


@dataclass
class Told:
    """What a step has logged, and its progress."""

    lines: list[str] = field(default_factory=list)
    progress: list[tuple[int, int, str]] = field(default_factory=list)

    @property
    def context(self) -> StepContext:
        """The context that writes here."""
        return StepContext(
            log=lambda line, **_: self.lines.append(line),
            progress=lambda *now: self.progress.append(now),
            check=lambda: None,
            resumed=False,
        )


def make_record(fuel: FuelMaster, **more: Any) -> Reassignment:
    """Return the record of the stand-in's third source host on its way to the destination."""
    clouds = [Cloud.objects.get_or_create(name=name)[0] for name in ("src", "dst")]
    params = {
        "discovery_seconds": 0,
        "deploy_seconds": 20,
        "returns": False,
        "was_closed": True,
        "from_drained": False,
    }
    job: Job = start_job(
        kind="reassign",
        title="Move it",
        subject=f"host:src:{HOST}",
        steps=[StepSpec(key=key, action=key, title=key) for key in STEPS],
        params=params | {"cloud": clouds[0].pk, "host": HOST},
    )
    fields: dict[str, Any] = {
        "source": clouds[0],
        "destination": clouds[1],
        "source_environment": SRC,
        "destination_environment": DST,
        "host": HOST,
        "macs": sorted(fuel.node(NODE).macs),
        "roles": ["compute"],
    }
    return Reassignment.objects.create(job=job, **(fields | more))


def make_work(
    fuel: FuelMaster, record: Reassignment, told: Told, *, step: str = "provision"
) -> ReassignmentWork:
    """Return the work of one step with that Fuel master."""
    work = ReassignmentWork(record.job.steps.get(key=step), told.context)
    work.__dict__["fuel"] = fuel
    return work


def stopped_in_fuel(work: ReassignmentWork, environment: int) -> ReassignmentWork:
    """Return the work of a step during which somebody presses "Stop" in Fuel."""

    def press() -> None:
        if next(presses, False):
            order = f"clusters/{environment}/stop_deployment"
            work.fuel.wait_for_task(
                Task.of(work.fuel._connection.put_request(order, {})), seconds=20
            )

    presses = iter([True])
    object.__setattr__(work.context, "check", press)
    return work
