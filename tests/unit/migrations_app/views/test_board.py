"""The board of the drain on the home page, and the buttons of what needs somebody."""

from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.job_lists import needing_somebody
from dashboard.jobs.models import Job
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import CLI
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanDifference
from dashboard.migrations_app.views.board import clouds_with_hosts, drains
from dashboard.migrations_app.views.waiting import blocked_plans, differing_plans
from tests.support import campaign_rows, rows
from tests.support.host_rows import hosts_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("admin"))
    return client


def planned(clouds: tuple[Cloud, Cloud], name: str, state: Plan.State) -> Plan:
    return rows.plan_of(rows.tenant_of(clouds[0], name), clouds[1], state=state)


def moved(clouds: tuple[Cloud, Cloud], name: str, *, verified: bool) -> Plan:
    plan = planned(clouds, name, Plan.State.EXECUTED)
    plan.moved_at = timezone.now()
    plan.verified_at = timezone.now() if verified else None
    plan.bytes_copied = 3 * 2**30
    plan.save()
    return plan


def test_it_counts_what_is_left_and_what_has_moved(clouds: tuple[Cloud, Cloud]) -> None:
    hosts_of(clouds[0])
    rows.tenant_of(clouds[0], "unplanned")
    rows.tenant_of(clouds[0], "services")
    planned(clouds, "ready", Plan.State.READY)
    planned(clouds, "gone", Plan.State.READY)
    planned(clouds, "late", Plan.State.BLOCKED)
    first = moved(clouds, "wiki", verified=True)
    rows.ledger_of(first)
    differs = moved(clouds, "shop", verified=True)
    PlanDifference.objects.create(plan=differs, type="server", source_id="s", field="name")
    moved(clouds, "mail", verified=False)
    [drain] = drains(clouds_with_hosts())
    assert (drain.tenants_left, drain.moved, drain.verified) == (4, 3, 1)
    assert (drain.planned, drain.states["blocked"], drain.finalized) == (2, 1, 0)
    assert (drain.servers_left, drain.servers_moved) == (32, 8)
    assert drain.bytes_copied == 9 * 2**30
    assert [cloud.host_number for cloud in clouds_with_hosts()] == [0, 4]  # type: ignore[attr-defined]


def test_only_the_latest_plan_of_a_tenant_counts_but_all_that_was_copied(
    clouds: tuple[Cloud, Cloud],
) -> None:
    plan = moved(clouds, "wiki", verified=False)
    Plan.objects.filter(pk=plan.pk).update(state=Plan.State.ROLLED_BACK)
    Plan.objects.create(
        source=clouds[0],
        destination=clouds[1],
        tenant_id=plan.tenant_id,
        tenant_name="wiki",
        state=Plan.State.READY,
    )
    [drain] = drains(clouds_with_hosts())
    assert drain.states == {"ready": 1}
    assert (drain.tenants_left, drain.bytes_copied) == (1, 3 * 2**30)


def test_home_shows_it_and_is_always_polled_within_twenty_queries(client, clouds) -> None:
    moved(clouds, "wiki", verified=True)
    for state in (JobState.HELD, JobState.FAILED, JobState.RUNNING):
        rows.job_of(planned(clouds, f"of-{state}", Plan.State.READY), state)
    rows.ledger_of(planned(clouds, "blocked", Plan.State.BLOCKED))
    rows.servers_down_of(Plan.objects.get(tenant_name="blocked"), timezone.now())
    campaign_rows.running_campaign_of(*clouds)
    client.get("/login/")
    with CaptureQueriesContext(connection) as queries:
        home = client.get("/").content.decode()
    assert len(queries) <= 20
    assert "1 of 5 tenants moved" in home and "3.0 GiB" in home
    assert 'id="board" data-poll' in home


def test_what_needs_somebody_has_its_own_buttons(client, clouds) -> None:
    held = rows.job_of(planned(clouds, "shop", Plan.State.EXECUTING), JobState.HELD)
    failed = rows.job_of(planned(clouds, "wiki", Plan.State.EXECUTING), JobState.FAILED)
    blocked = planned(clouds, "mail", Plan.State.BLOCKED)
    home = client.get("/").content.decode()
    for address in (
        f"/jobs/{held.pk}/release/",
        f"/jobs/{failed.pk}/resume/",
        f"/jobs/{failed.pk}/dismiss/",
        f"/plans/{failed.params['plan']}/rollback/",
        f"/plans/{blocked.pk}/dismiss/",
    ):
        assert address in home
    assert f"/jobs/{held.pk}/dismiss/" not in home
    client.force_login(rows.user_with("viewer"))
    assert 'method="post" action="/jobs/' not in client.get("/").content.decode()


def test_a_dismissed_job_waits_again_once_it_fails_again(client, clouds) -> None:
    job = rows.job_of(planned(clouds, "wiki", Plan.State.EXECUTING), JobState.FAILED)
    client.post(f"/jobs/{job.pk}/dismiss/")
    assert job not in needing_somebody()
    resume(job, requester=CLI)
    Job.objects.filter(pk=job.pk).update(state=JobState.FAILED, active_subject=None)
    assert job in needing_somebody()


def test_only_a_job_that_waits_is_dismissed(client, clouds) -> None:
    job = rows.job_of(planned(clouds, "wiki", Plan.State.EXECUTED), JobState.DONE)
    assert client.post(f"/api/jobs/{job.pk}/dismiss/").status_code == 409
    shown = client.post(f"/jobs/{job.pk}/dismiss/", follow=True).content.decode()
    assert "The job does not wait for anybody." in shown


def test_plans_are_dismissed_until_they_are_verified_again(client, clouds) -> None:
    blocked = planned(clouds, "mail", Plan.State.BLOCKED)
    differs = moved(clouds, "shop", verified=True)
    PlanDifference.objects.create(plan=differs, type="server", source_id="s", field="name")
    for plan in (blocked, differs):
        client.post(f"/plans/{plan.pk}/dismiss/")
    assert not blocked_plans().exists() and not differing_plans().exists()
    again = client.post(f"/plans/{blocked.pk}/dismiss/", follow=True).content.decode()
    assert "does not wait for anybody" in again


def test_an_upgrade_takes_from_jobs_what_their_plans_copied(clouds) -> None:
    plan = planned(clouds, "wiki", Plan.State.EXECUTED)
    job = rows.job_of(plan, JobState.DONE)
    job.steps.update(progress_unit="", progress_done=0)
    job.steps.filter(pk=job.steps.first().pk).update(progress_unit="bytes", progress_done=7)
    module = "dashboard.migrations_app.migrations.0016_board_of_the_drain"
    import_module(module).tell(apps, None)
    plan.refresh_from_db()
    assert (plan.bytes_copied, plan.moved_at) == (7, job.finished_at)
    assert LedgerEntry.objects.count() == 0
