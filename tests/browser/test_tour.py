"""A tour of what goes wrong and of what is long, in both themes and on a phone, with pictures.

The pictures are in the folder PUMPHOUSE_PICTURES, if that is set: to be looked at.
"""

import os
import re
from datetime import timedelta
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from tests.browser.conftest import PATIENCE, session_of
from tests.browser.layout import cut_tables
from tests.support import rows
from tests.support.step_rows import let_steps_wait

LONG = "a-name-of-two-hundred-letters-" * 7
CHINESE = "订单处理服务器"
SHAPES = {
    "light": ("light", 1280),
    "dark": ("dark", 1280),
    "phone": ("light", 400),
    "dark phone": ("dark", 400),
}


def skip_a_server_of(plan: Plan) -> None:
    """Leave a server with a long name out, as somebody has said in a job."""
    server = plan.items.filter(type="server").first()
    PlanItem.objects.filter(pk=server.pk).update(
        name=LONG,
        action="skip",
        left_out_by="ann",
        losses=[{"field": "", "value": None, "reason": "Skipped by ann: it may stay."}],
    )


def servers_of_the_tour(job: Job) -> str:
    """Make chains of the job's first servers, and return the address of the tab with them."""
    now = timezone.now()
    times = {"started_at": now - timedelta(minutes=3), "finished_at": now}
    for number, step in enumerate(job.steps.filter(group="server")[:6]):
        state = ("done", "done", "running", "failed", "pending", "pending")[number]
        begun = {} if state == "pending" else times
        name = f"Halt server {LONG if number == 1 else f'web-{number}'}"[:250]
        Step.objects.filter(pk=step.pk).update(
            chain=str(number), opens_chain=True, state=state, title=name, **begun
        )
    Job.objects.filter(pk=job.pk).update(chains_at_once=3)
    return job.get_absolute_url() + "servers/"


def rows_of_the_tour(user: User) -> dict[str, str]:
    """Make rows with an outage, a skipped server and long names; return the pages to look at."""
    old, new = rows.two_clouds()
    broken = rows.plan_of(rows.tenant_of(old, "shop"), new, state=Plan.State.EXECUTING, user=user)
    rows.ledger_of(broken)
    LedgerEntry.objects.filter(type="volume").update(name=LONG)
    rows.servers_down_of(broken, timezone.now() - timedelta(minutes=4))
    cancelled = rows.job_of(broken, JobState.CANCELLED, user=user)
    wiki, blog = (
        rows.plan_of(rows.tenant_of(old, name), new, state=Plan.State.EXECUTING)
        for name in ("wiki", "blog")
    )
    held = rows.job_of(wiki, JobState.HELD, user=user)
    waiting = rows.job_of(blog, JobState.RUNNING)
    let_steps_wait(waiting)
    long = rows.plan_of(rows.tenant_of(old, CHINESE * 7), new, state=Plan.State.EXECUTED)
    rows.differences_of(long)
    skip_a_server_of(long)
    long.items.filter(type="volume").update(name=CHINESE)
    failed = rows.job_of(long, JobState.FAILED, user=user)
    Job.objects.filter(pk=failed.pk).update(title=f"Move {LONG}"[:200])
    return {
        "home": "/",
        "outage": cancelled.get_absolute_url(),
        "plan with an outage": broken.get_absolute_url(),
        "held": held.get_absolute_url(),
        "waiting": waiting.get_absolute_url(),
        "servers": servers_of_the_tour(waiting),
        "failed": failed.get_absolute_url(),
        "skipped": f"/plans/{long.pk}/items/",
        "differences": f"/plans/{long.pk}/differences/",
        "ledger": f"/plans/{broken.pk}/ledger/",
        "execute": f"/plans/{broken.pk}/execute/",
        "clouds": "/clouds/",
        "tenants": "/tenants/",
    }


@pytest.fixture(params=SHAPES.values(), ids=SHAPES)
def page(
    request: pytest.FixtureRequest, browser: Browser, live_server: LiveServer, admin: User
) -> Page:
    """Return the page of an admin in New York, in one theme and width."""
    scheme, width = request.param
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme=scheme,
        timezone_id="America/New_York",
        reduced_motion="reduce",
    )
    request.addfinalizer(context.close)
    context.set_default_timeout(PATIENCE)
    context.add_cookies([session_of(admin, live_server.url)])
    page = context.new_page()
    page.goto(live_server.url)
    return page


def take(page: Page, request: pytest.FixtureRequest, name: str) -> None:
    """Keep a picture of the whole page, if a folder is named."""
    if folder := os.environ.get("PUMPHOUSE_PICTURES"):
        shape = request.node.callspec.id.replace(" ", "-")
        path = Path(folder, f"{name.replace(' ', '-')}-{shape}.png")
        page.screenshot(path=path, full_page=True)


def test_the_tour(page: Page, admin: User, request: pytest.FixtureRequest) -> None:
    addresses = rows_of_the_tour(admin)
    width = page.viewport_size["width"] if page.viewport_size else 0
    shown = {}
    for name, address in addresses.items():
        page.goto(urljoin(page.url, address))
        take(page, request, name)
        shown[name] = page.locator("main").inner_text()
        assert page.evaluate("document.documentElement.scrollWidth") <= width, name
        assert cut_tables(page) == [], name
    for name in ("home", "outage", "plan with an outage"):
        assert re.search(r"3 servers( of shop are)? down", shown[name]), name
        assert re.search(r"since \d{4}-\d\d-\d\d \d\d:\d\d E[SD]T, for [4-9] min", shown[name]), (
            name
        )
    assert re.search(r"Held before cutover since .* E[SD]T, for [3-9] min", shown["held"])
    assert "waits for pumphouse-volume" in shown["waiting"]
    assert "All but 1, left out by ann." in shown["skipped"]
    assert "All moved" not in shown["skipped"]


def test_the_tour_goes_on_without_a_network_and_without_a_session(
    page: Page, admin: User, request: pytest.FixtureRequest
) -> None:
    address = rows_of_the_tour(admin)["waiting"]
    page.goto(urljoin(page.url, address))
    page.context.set_offline(True)
    expect(page.locator("#offline")).to_be_visible()
    take(page, request, "offline")
    page.context.set_offline(False)
    expect(page.locator("#offline")).to_be_hidden()
    Session.objects.all().delete()
    expect(page.locator("#logged-out")).to_be_visible()
    expect(page.locator("h1")).to_contain_text("Move blog")
    take(page, request, "session")
