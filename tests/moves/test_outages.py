"""Servers that a move keeps down: stored when it halts them, until they run here or there."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from dashboard.errors import NeedsOperator
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.discovery import look_at
from dashboard.migrations_app.execution.outages import current_outages
from dashboard.migrations_app.ledger import begin_outage
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant
from dashboard.migrations_app.resources.compute.server import halting
from dashboard.migrations_app.verbs.rollback import Rollback
from tests.support import rows
from tests.support.cloud.moving import TwoClouds, fresh, run
from tests.support.cloud.seeds import NAME
from tests.support.commands import run as run_command
from tests.support.database_migrations import migrate_to, migrate_to_newest

pytestmark = pytest.mark.django_db(transaction=True)
HALTED_AT = datetime(2026, 11, 29, 6, 30, tzinfo=UTC)


def refuse(*_: Any, **__: Any) -> None:
    raise NeedsOperator("The cloud would not.", fix="Ask it.")


def page(address: str) -> str:
    client = Client()
    found = User.objects.filter(username="operator").first()
    client.force_login(found or rows.user_with("operator"))
    return client.get(address).content.decode()


def running_in(clouds: TwoClouds) -> list[str]:
    """Return the ids of the tenant's servers that run in the source."""
    project = clouds.old.identity.projects.where(name=NAME)[0]["id"]
    servers = clouds.old.compute.servers.where(tenant_id=project)
    return sorted(server["id"] for server in servers if server["status"] == "ACTIVE")


def down() -> list[str]:
    return sorted(entry.source_id for each in current_outages() for entry in each.entries)


@pytest.fixture
def broken(clouds: TwoClouds) -> tuple[Plan, Job, list[str]]:
    """Return a plan whose boots have failed, its job, and the ids of the servers that ran."""
    ran = running_in(clouds)
    plan = clouds.plan(NAME)
    clouds.new.compute.fault = "No valid host was found."
    job = clouds.execute(plan, state="failed")
    clouds.new.compute.fault = ""
    return plan, job, ran


def test_only_servers_that_ran_are_down_once_they_are_halted(clouds, broken):
    plan, _, ran = broken
    assert ran and not running_in(clouds)
    assert down() == ran
    assert plan.items.filter(type="server").count() > len(ran)


def test_they_are_up_once_the_copies_run(clouds, broken):
    clouds.execute(broken[0])
    assert down() == []


def test_they_are_up_once_they_are_rolled_back(clouds, broken):
    clouds.roll_back(broken[0])
    assert running_in(clouds) == broken[2]
    assert down() == []


def test_a_rollback_that_stops_halfway_shows_what_runs_nowhere(clouds, monkeypatch):
    ran = running_in(clouds)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert down() == []
    monkeypatch.setattr(halting, "bring_to", refuse)
    run(Rollback().start(fresh(plan), confirmation=NAME), state="failed")
    assert down() == ran


def test_a_server_that_the_source_would_not_halt_is_not_down(clouds, monkeypatch):
    monkeypatch.setattr(halting, "bring_to", refuse)
    clouds.execute(clouds.plan(NAME), state="failed")
    assert running_in(clouds)
    assert down() == []


@pytest.mark.parametrize("gone", [False, True], ids=["started by hand", "deleted by hand"])
def test_they_are_no_longer_down_when_a_refresh_of_the_source_sees_it(clouds, broken, gone):
    path = f"/servers/{broken[2][0]}"
    if gone:
        clouds.source_session.delete("compute", path)
    else:
        clouds.source_session.post("compute", f"{path}/action", {"os-start": None})
    look_at(clouds.destination)
    assert broken[2][0] in down()
    look_at(clouds.source)
    assert broken[2][0] not in down()


def test_they_are_up_when_a_verify_sees_their_copies_run(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    copies = {row["id"]: row["status"] for row in clouds.new.compute.servers.rows.values()}
    for entry in plan.ledger_entries.filter(type="server"):
        begin_outage(entry)
    clouds.verify(plan)
    halted = plan.ledger_entries.filter(type="server").exclude(down_since=None)
    assert {copies[entry.destination_id] for entry in halted} == {"SHUTOFF"}


@pytest.fixture
def outage(db: None) -> tuple[Plan, Job]:
    """Return a plan and its cancelled job, with three servers down since 06:30 UTC."""
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTING)
    job = rows.job_of(plan, JobState.CANCELLED)
    rows.ledger_of(plan)
    rows.servers_down_of(plan, HALTED_AT)
    return plan, job


@pytest.mark.parametrize("state", JobState)
def test_home_says_how_many_are_down_and_since_when_whatever_the_jobs_state(outage, state):
    Job.objects.update(state=state, active_subject=None)
    shown = page("/")
    needs_you = shown[shown.index("Needs you") : shown.index('id="running"')]
    assert "demo: 3 servers down" in needs_you
    assert "2026-11-29 06:30 UTC" in needs_you
    assert "server-1, server-2, server-3" in needs_you
    assert "Nothing needs your attention" not in shown
    cards = needs_you.count('class="card attention')
    assert f'{cards}<span class="wordy"> need' in shown


def test_the_pages_of_job_plan_and_tenant_say_it_too(outage):
    plan, job = outage
    tenant = Tenant.objects.get()
    for address in (job, plan, tenant):
        shown = page(address.get_absolute_url())
        assert "3 servers of demo are down." in shown, address
        assert "2026-11-29 06:30 UTC" in shown


def test_a_page_that_follows_its_job_gets_it_with_the_status(outage):
    assert "3 servers of demo are down." in page(f"/jobs/{outage[1].pk}/steps/live/")


def test_the_api_lists_each_server_that_is_down(outage):
    client = Client()
    client.force_login(rows.user_with("viewer"))
    listed = client.get("/api/outages/").json()["results"]
    assert [each["name"] for each in listed] == ["server-1", "server-2", "server-3"]
    assert {each["down_since"] for each in listed} == {"2026-11-29T06:30:00Z"}
    assert {each["tenant_name"] for each in listed} == {"demo"}


@pytest.mark.parametrize("of_job", [False, True])
def test_status_says_it_on_the_command_line(outage, capsys, of_job):
    job = [str(outage[1].pk)] if of_job else []
    run_command("status", *job)
    said = capsys.readouterr().out
    assert "3 servers of demo are down since 2026-11-29 06:30 UTC" in said
    run_command("status", *job, "--json")
    [found] = json.loads(capsys.readouterr().out)["outages"]
    assert [each["name"] for each in found["servers"]] == ["server-1", "server-2", "server-3"]


def test_moves_that_are_under_way_when_it_is_upgraded_are_known(transactional_db):
    models = migrate_to(("migrations_app", "0009_accepted_differences"))
    old, new = (models.get_model("hosts_app", "Cloud").objects.create(name=n) for n in "ab")
    entries = models.get_model("migrations_app", "LedgerEntry").objects
    common = {"source_cloud": old, "destination_cloud": new, "type": "server"}
    for name, status, stages in (
        ("halted", "ACTIVE", ["stop"]),
        ("moved", "ACTIVE", ["stop", "create", "power"]),
        ("was off", "SHUTOFF", ["stop"]),
    ):
        entries.create(source_id=name, stages=stages, stage_data={"status": status}, **common)
    migrate_to_newest()
    known = LedgerEntry.objects.exclude(down_since=None)
    assert [entry.source_id for entry in known] == ["halted"]
