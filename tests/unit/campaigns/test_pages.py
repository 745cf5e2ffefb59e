"""Campaigns on pages: from ticks to a campaign, its verbs, and how many queries that takes."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.jobs.job_lists import strip_counts
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel
from dashboard.jobs.requester import NOBODY
from dashboard.migrations_app.models import Plan, Tenant
from tests.support import campaign_rows, rows

pytestmark = pytest.mark.django_db
RULES = {"tenants_at_once": 3, "servers_at_once": 6, "on_failure": "go_on", "verifies": "on"}


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("operator"))
    return client


def test_ticked_tenants_become_a_campaign_that_is_started_by_its_name(client):
    old, new = rows.two_clouds()
    ticked = [rows.tenant_of(old, name).pk for name in ("wiki", "shop")]
    listed = client.get("/tenants/").content.decode()
    assert listed.count('name="tenant"') == 2
    shown = client.post("/campaigns/new/", {"tenant": ticked})
    # the list has posted ticks alone: they are shown with the rules
    assert shown.status_code == 200 and not Campaign.objects.exists()
    assert shown.content.decode().count('type="hidden" name="tenant"') == 2
    sent = {"name": "drain", "source": old.pk, "destination": new.pk, "hosts": "never", **RULES}
    refused = client.post("/campaigns/new/", {"tenant": ticked, **sent, "window": "late"})
    assert refused.status_code == 400 and b"is not a window" in refused.content
    made = client.post("/campaigns/new/", {"tenant": ticked, **sent})
    campaign = Campaign.objects.get()
    assert made.headers["Location"] == campaign.get_absolute_url()
    [wave] = campaign.waves.all()
    assert (wave.tenants_at_once, wave.on_failure, wave.tenants.count()) == (3, "go_on", 2)

    # what is done to it is seen on its own page, not on that of a job
    read = client.post(f"{campaign.get_absolute_url()}forecast/", follow=True)
    assert read.redirect_chain == [(campaign.get_absolute_url(), 302)]
    assert b"Both clouds are being read" in read.content
    cancel(Job.objects.get(), requester=NOBODY)
    assert (
        b"Forecast of campaign drain</a>: 0 of 1" in client.get(read.request["PATH_INFO"]).content
    )

    start = f"{campaign.get_absolute_url()}start/"
    assert client.post(start, {"confirmation": "drai"}).status_code == 400
    started = client.post(start, {"confirmation": "drain"})
    assert started.headers["Location"] == campaign.get_absolute_url()
    campaign.refresh_from_db()
    assert campaign.state == "queued"


def test_a_file_becomes_a_campaign_or_is_refused_by_line_and_column(client):
    old, new = rows.two_clouds()
    rows.tenant_of(old, "wiki")
    sent = {"name": "drain", "source": old.pk, "destination": new.pk, "hosts": "never"}

    def post(text: bytes):
        file = SimpleUploadedFile("drain.csv", text)
        return client.post("/campaigns/new/", {**sent, "file": file})

    assert b"line 2, column tenant" in post(b"wave,tenant\na,nobody\n").content
    assert b"not UTF-8" in post(b"\xff\xfe").content
    assert post(b"wave,tenant\na,wiki\n").status_code == 302
    assert CampaignTenant.objects.get().name == "wiki"


def test_to_take_hosts_by_a_campaign_needs_an_admin(client):
    old, new = rows.two_clouds()
    drawn = TenantDrawing(tenant=rows.tenant_of(old, "wiki"))
    waves = [WaveDrawing(name="all", tenants=[drawn])]
    campaign = draw_up(
        Drawing(name="drain", source=old, destination=new, waves=waves, hosts="once")
    )
    answer = client.post(f"{campaign.get_absolute_url()}start/", {"confirmation": "drain"})
    assert answer.status_code == 403 and b"needs the admin role" in answer.content


def test_a_page_of_three_hundred_tenants_takes_few_queries(client):
    old, new = rows.two_clouds()
    tenants = [rows.tenant_of(old, f"t{number:03}") for number in range(300)]
    drawn = [TenantDrawing(tenant=tenant) for tenant in tenants]
    waves = [WaveDrawing(name=f"w{number}", tenants=drawn[number::3]) for number in range(3)]
    campaign = draw_up(Drawing(name="drain", source=old, destination=new, waves=waves))
    client.get("/login/")
    of_tenants = "/tenants/?state=none&sort=servers"
    for address in (campaign.get_absolute_url(), "/campaigns/", of_tenants):
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        assert answer.status_code == 200 and len(queries) <= 20, (address, len(queries))


def test_home_shows_the_campaigns_on_their_way_and_counts_the_hosts_asked_for(client):
    old, new = rows.two_clouds()
    campaign = campaign_rows.running_campaign_of(old, new)
    home = client.get("/").content.decode()
    assert f'<a href="{campaign.get_absolute_url()}">{campaign.name}</a>' in home
    assert "1 of 4 tenants moved" in home and "1 failed" in home
    assert f"{campaign.get_absolute_url()}free-host/" in home
    assert strip_counts()["waiting"] == 1
    campaign.freed_hosts.update(state="moved")
    assert strip_counts()["waiting"] == 0


def test_a_campaign_that_was_cancelled_asks_for_no_host(client):
    campaign = campaign_rows.running_campaign_of(*rows.two_clouds())
    assert strip_counts()["waiting"] == 1
    Job.objects.filter(pk=campaign.job_id).update(state="cancelled", active_subject=None)
    assert strip_counts()["waiting"] == 0
    assert f"{campaign.get_absolute_url()}free-host/" not in client.get("/").content.decode()


def test_tenants_are_found_by_domain_id_and_latest_plan(client):
    old, new = rows.two_clouds()
    wiki, shop = rows.tenant_of(old, "wiki"), rows.tenant_of(old, "shop")
    Tenant.objects.filter(pk=shop.pk).update(domain_name="trade")
    rows.plan_of(shop, new, state=Plan.State.READY)
    for query, found in (
        ("q=trade", ["shop"]),
        (f"q={wiki.project_id}", ["wiki"]),
        ("state=ready", ["shop"]),
        ("state=none", ["wiki"]),
        ("state=executed", []),
    ):
        text = client.get(f"/tenants/?{query}").content.decode()
        assert re.findall(r"Tick (\w+) of", text) == found, query
