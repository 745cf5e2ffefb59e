"""What the old tree does, so that its database has rows of all that an upgrade may meet."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import patch

from dashboard.jobs.driving import drive
from dashboard.migrations_app.preflighting import start_preflight
from dashboard.migrations_app.verification import start_verify
from django.conf import settings
from django.contrib.auth.models import User

from dashboard.clients import openstack
from dashboard.clients.fuel import FuelMaster
from dashboard.hosts_app.clouds import register_clouds
from dashboard.hosts_app.environments.duplicating import (
    environment_named,
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.fuel.environments import start_environment_discovery
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.discovery import start_discovery
from dashboard.migrations_app.execution import start_execute
from dashboard.migrations_app.maintenance.starting import RUNGS, start_entering
from dashboard.migrations_app.models import Plan, TenantRow
from dashboard.migrations_app.planning import start_plan
from tests.fuel_masters import fuel_settings, running_master
from tests.host_rows import evacuation_of, hosts_of, plan_for
from tests.reassignments import make_record
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.seeds import furnish, seed_tenant
from tests.support.cloud.sessions import write_clouds
from tests.support.cloud.wire import connected
from tests.support.upgrade.tenants import seed_small_tenant
from tests.support.upgrade.write import DIES, keep_clouds

FINISHED, HELD, RUNNING, IN_MAINTENANCE = "kiosk", "stall", "shop", "office"


def write_rows() -> None:
    """Write the rows of hosts, environments and tenants; the process dies of the last move."""
    home = Path(os.environ["PUMPHOUSE_HOME"])
    operator = User.objects.create_user("operator", "", "a-password-of-an-operator")
    _write_environments(home)
    with _clouds() as (old, new):
        rows = register_clouds(write_clouds(home / "clouds.yaml", old, new))
        source, destination = sorted(rows, key=lambda row: row.name == "new")
        for cloud in rows:
            _run(start_discovery(cloud))
        _write_host_plans(source, operator)
        tenant = TenantRow.objects.get(name=IN_MAINTENANCE, cloud=source)
        _run(start_entering(tenant, rungs=RUNGS, user=operator))
        _write_finished(source, destination, operator)
        held = _planned(source, destination, HELD)
        _run(start_execute(held, hold_before=Phase.CUTOVER, user=operator), state="held")
        plan = _planned(source, destination, RUNNING, maintenance="until_finalized")
        _die_when_a_server_is_created(old, new)
        _run(start_execute(plan, user=operator))


@contextmanager
def _clouds() -> Iterator[tuple[MemoryCloud, MemoryCloud]]:
    old, new = MemoryCloud("old"), MemoryCloud("new")
    hurry = SimpleNamespace(monotonic=time.monotonic, sleep=lambda _: None)
    with connected(old, new), patch.object(openstack, "time", hurry):
        furnish(old, first_address=10)
        furnish(new, first_address=110)
        seed_tenant(old)
        for number, name in enumerate((FINISHED, HELD, IN_MAINTENANCE)):
            seed_small_tenant(old, name, number)
        yield old, new


def _write_environments(home: Path) -> None:
    """Write a copied environment, one whose copy is planned, and a host that is on its way."""
    with running_master(home) as running:
        for name, value in fuel_settings(running.endpoint, home).items():
            setattr(settings, name, value)
        _run(start_environment_discovery())
        source = environment_named("src-cloud")
        made = start_environment_plan(source, name="copy")
        _run(made.plan_job)
        made.refresh_from_db()
        _run(start_duplication(made))
        _run(start_environment_plan(source, name="another", options={"renumber": True}).plan_job)
        make_record(FuelMaster(running.endpoint))


def _write_host_plans(cloud: Cloud, operator: User) -> None:
    """Write a plan that can be started, one that is refused, and one that was carried out."""
    ready, refused, started, _ = hosts_of(cloud)
    plan_for(ready, HostPlan.State.READY, user=operator)
    plan_for(refused, HostPlan.State.REFUSED, user=operator)
    evacuation_of(plan_for(started, HostPlan.State.READY), JobState.DONE, user=operator)


def _write_finished(source: Cloud, destination: Cloud, operator: User) -> None:
    """Write a move that was verified, with a difference that its plan expected."""
    plan = _planned(source, destination, FINISHED, {f"project:{FINISHED}": "corner"})
    _run(start_preflight(plan, user=operator))
    _run(start_execute(plan, user=operator, launched_from="page"))
    _run(start_verify(plan, user=operator))


def _planned(
    source: Cloud,
    destination: Cloud,
    tenant: str,
    choices: dict[str, str] | None = None,
    **options: str,
) -> Plan:
    plan, job = start_plan(
        source=source, destination=destination, tenant=tenant, options=options, choices=choices
    )
    _run(job)
    plan.refresh_from_db()
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    return plan


def _run(job: Job | None, *, state: str = "done") -> None:
    assert job
    drive(job.pk)
    job.refresh_from_db()
    failed = [*job.steps.exclude(error="").values_list("key", "error")]
    assert job.state == state, f"{job}: {job.state}. {job.explanation} {failed}"


def _die_when_a_server_is_created(old: MemoryCloud, new: MemoryCloud) -> None:
    answer = new.answer

    def answer_and_die(root: str, request: Request) -> Answer:
        given = answer(root, request)
        if (root, request.method) == ("compute", "POST") and request.path.endswith("/servers"):
            with old.lock, new.lock:  # or other threads would record what was not kept
                keep_clouds(old, new)
                os._exit(DIES)
        return given

    new.answer = answer_and_die  # type: ignore[method-assign]
