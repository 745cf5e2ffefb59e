"""An installation of the tree before today's layout goes on with today's: rows, jobs and pages."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.utils.module_loading import import_string
from django_q.models import Schedule

from dashboard.hosts_app.models import Cloud, EnvironmentPlan, Host, HostPlan
from dashboard.hosts_app.plans.host_plans import start_host_action
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job
from dashboard.jobs.operating import release_hold
from dashboard.jobs.requester import NOBODY
from dashboard.jobs.states import JobState
from dashboard.jobs.sweeping import sweep
from dashboard.migrations_app.maintenance.starting import start_leaving
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant, TenantMaintenance
from tests.support import rows
from tests.support.cloud.moving import TwoClouds, run
from tests.support.fuel_masters import configure_fuel
from tests.support.rehearsal.jobs import expire_leases
from tests.support.upgrade.installation import installation, old_rows, upgrade

# what the old installation did not do every few minutes
SCHEDULED_SINCE = ("dashboard.entry_points.watch_stretches",)

# table of the old database -> model of today
KEPT = {
    "auth_user": "auth.User",
    "django_q_schedule": "django_q.Schedule",
    "hosts_app_cloud": "hosts_app.Cloud",
    "hosts_app_environmentplan": "hosts_app.EnvironmentPlan",
    "hosts_app_fuelenvironment": "hosts_app.FuelEnvironment",
    "hosts_app_fuelrelease": "hosts_app.FuelRelease",
    "hosts_app_host": "hosts_app.Host",
    "hosts_app_hostplan": "hosts_app.HostPlan",
    "hosts_app_reassignment": "hosts_app.Reassignment",
    "jobs_dependency": "jobs.Dependency",
    "jobs_driver": "jobs.Runner",
    "jobs_job": "jobs.Job",
    "jobs_logline": "jobs.LogLine",
    "jobs_step": "jobs.Step",
    "migrations_app_differencerow": "migrations_app.PlanDifference",
    "migrations_app_link": "migrations_app.LedgerEntry",
    "migrations_app_maintenancechange": "migrations_app.MaintenanceChange",
    "migrations_app_plan": "migrations_app.Plan",
    "migrations_app_planfinding": "migrations_app.PlanFinding",
    "migrations_app_planitem": "migrations_app.PlanItem",
    "migrations_app_tenantmaintenance": "migrations_app.TenantMaintenance",
    "migrations_app_tenantrow": "migrations_app.Tenant",
}


@pytest.fixture(scope="module")
def upgraded(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Return a file with the old database, brought up to date."""
    path = tmp_path_factory.mktemp("upgraded") / "pumphouse.sqlite3"
    with django_db_blocker.unblock():
        upgrade(path)
    return path


@pytest.fixture(autouse=True)
def clouds(upgraded: Path, transactional_db: None, tmp_path: Path) -> Iterator[TwoClouds]:
    """Work on a copy of the upgraded database, between its two clouds."""
    with installation(upgraded, tmp_path) as clouds:
        yield clouds


def execution_of(tenant: str) -> tuple[Plan, Job]:
    plan = Plan.objects.get(tenant_name=tenant)
    job = Job.objects.get(kind="execute", params__plan=plan.pk)
    return plan, job


def test_rows_are_kept():
    counts = old_rows()
    assert all(counts[table] for table in KEPT), "the old database is to have rows of each kind"
    now = {table: apps.get_model(model).objects.count() for table, model in KEPT.items()}
    now["django_q_schedule"] -= Schedule.objects.filter(func__in=SCHEDULED_SINCE).count()
    assert now == {table: counts[table] for table in KEPT}


def test_what_schedules_call_is_there():
    called = [*Schedule.objects.values_list("func", flat=True)]
    assert called
    assert [path for path in called if not callable(import_string(path))] == []


def test_a_job_whose_worker_was_killed_goes_on_to_its_end(clouds):
    plan, job = execution_of("shop")
    assert job.state == JobState.RUNNING
    expire_leases(job)
    assert sweep() >= 1
    run(job)
    plan.refresh_from_db()
    assert plan.state == Plan.State.EXECUTED
    servers = clouds.destination_session.list("compute", "/servers", "servers", all_tenants=1)
    names = [server["name"] for server in servers]
    assert sorted(name for name in names if name.startswith("shop")) == ["shop-web-1", "shop-web-2"]
    assert clouds.verify(plan) == []


def test_a_held_job_goes_on_when_it_is_released(clouds):
    plan, job = execution_of("stall")
    assert job.state == JobState.HELD
    release_hold(job, requester=NOBODY)
    run(job)
    plan.refresh_from_db()
    assert plan.state == Plan.State.EXECUTED
    assert clouds.verify(plan) == []


def test_a_finished_move_can_be_rolled_back(clouds):
    plan, _ = execution_of("kiosk")
    clouds.roll_back(plan)
    plan.refresh_from_db()
    assert plan.state == Plan.State.ROLLED_BACK
    created = plan.ledger_entries.filter(origin=LedgerEntry.Origin.CREATED)
    assert {*created.values_list("state", flat=True)} == {LedgerEntry.State.REMOVED}


@pytest.mark.parametrize("model", [Job, Plan, HostPlan, EnvironmentPlan, Cloud, Tenant, Host])
def test_pages_show_old_rows(client, model):
    client.force_login(rows.user_with("admin"))
    shown = [*model.objects.all()]
    assert shown
    for row in shown:
        page = client.get(row.get_absolute_url())
        assert page.status_code == 200, row


def test_the_api_shows_old_rows(client):
    client.force_login(rows.user_with("admin"))
    for path in ("clouds", "environments", "host-plans", "hosts", "jobs", "plans", "tenants"):
        answer = client.get(f"/api/{path}/")
        assert answer.status_code == 200 and answer.json(), path


def test_old_jobs_are_of_kinds_that_exist():
    kinds = {*Job.objects.values_list("kind", flat=True)}
    assert [kind for kind in kinds if not job_kind(kind)] == []


def test_a_notification_that_waits_is_sent(running, settings, tmp_path):
    configure_fuel(settings, running.endpoint, tmp_path)
    for job in Job.objects.filter(kind="notify"):
        run(job)
    sent = [each["message"] for each in running.master.notifications]
    assert any("kiosk was moved from old to new." in message for message in sent)


def test_a_tenant_in_maintenance_leaves_it(clouds):
    maintenance = TenantMaintenance.objects.get(tenant_name="office")
    assert maintenance.is_open
    run(start_leaving(maintenance, requester=NOBODY))
    maintenance.refresh_from_db()
    assert maintenance.state == TenantMaintenance.State.LEFT


def test_a_host_plan_that_is_ready_is_started():
    plan = HostPlan.objects.get(state=HostPlan.State.READY)
    job = start_host_action(plan, confirmation=plan.host, requester=NOBODY)
    assert job.steps.count() == 4


def test_a_finished_and_verified_move_can_be_finalized(clouds):
    plan, _ = execution_of("kiosk")
    clouds.finalize(plan)
    plan.refresh_from_db()
    assert plan.state == Plan.State.FINALIZED
