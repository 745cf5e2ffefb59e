"""The report of a campaign: totals, what was expected beside what happened, and its servers."""

import csv
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.campaigns.models import Campaign
from dashboard.campaigns.report import report_of
from dashboard.jobs.models import Job, Step
from dashboard.migrations_app.models import Plan, subject_of
from tests.support import rows
from tests.support.campaign_rows import campaign_of, running_campaign_of
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db
NOON = datetime(2026, 11, 1, 12, tzinfo=UTC)


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("viewer"))
    return client


@pytest.fixture
def campaign() -> Campaign:
    """Return a campaign of which one tenant has moved, by a job with one server."""
    campaign = running_campaign_of(*rows.two_clouds())
    tenant = campaign.tenants.filter(state="moved").get()
    plan = Plan.objects.create(
        source=campaign.source,
        destination=campaign.destination,
        tenant_id=tenant.project_id,
        tenant_name=tenant.name,
        state=Plan.State.EXECUTED,
        bytes_copied=5 * 2**30,
    )
    rows.ledger_of(rows.plan_of(rows.tenant_of(campaign.source, "another"), campaign.destination))
    tenant.plan = plan
    tenant.save()
    halt = spec("halt web", chain="web", opens_chain=True)
    boot = spec("boot web", chain="web", needs=["halt web"])
    job = rehearse(halt, boot, chains_at_once=1)
    Job.objects.filter(pk=job.pk).update(
        kind="execute", subject=subject_of(tenant.project_id), params={"plan": plan.pk}
    )
    for key, begun in (("halt web", 0), ("boot web", 30)):
        begins = NOON + timedelta(seconds=begun)
        Step.objects.filter(job=job, key=key).update(
            state="done", started_at=begins, finished_at=begins + timedelta(seconds=30)
        )
    return campaign


def test_its_page_has_totals_waves_and_how_long_each_server_was_down(client, campaign) -> None:
    client.get("/login/")
    with CaptureQueriesContext(connection) as queries:
        shown = client.get(f"{campaign.get_absolute_url()}report/").content.decode()
    assert len(queries) <= 20
    assert "1 of 4 tenants" in shown and "5.0 GiB copied" in shown
    assert "1 of 2</td>" in shown and "the small ones" in shown
    assert "1 min 0 s" in shown
    told = client.get(f"{campaign.get_absolute_url()}servers.csv").getvalue().decode()
    [row] = csv.DictReader(told.splitlines())
    assert (row["server"], row["seconds_down"]) == ("web", "60.0")


def test_its_json_has_throughput_and_what_was_expected(campaign) -> None:
    told = report_of(campaign)
    assert told["totals"]["tenants"] == 1 and told["totals"]["servers"] == 0
    assert told["totals"]["bytes_an_hour"] > 0
    assert all(tenant["expected_start"] for tenant in told["tenants"])


def test_one_that_has_not_begun_has_no_throughput(client) -> None:
    campaign = campaign_of(*rows.two_clouds())
    shown = client.get(f"{campaign.get_absolute_url()}report/").content.decode()
    assert "Nothing has begun." in shown and "No server has been halted yet." in shown
