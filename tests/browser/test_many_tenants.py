"""An operator with three hundred tenants: plans forty, puts them into a wave, starts and pauses.

No worker runs beside it: where one would go on, the test stores what it would. The pictures are in
the folder PUMPHOUSE_PICTURES, if that is set: to be looked at.
"""

import os
import re
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard.audit.models import Act
from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan, Tenant
from tests.browser.conftest import Open
from tests.browser.layout import cut_tables
from tests.support import rows

TICKED = 40
SHAPES = (("light", 1280), ("dark", 1280), ("light", 400), ("dark", 400))


@pytest.fixture
def clouds(transactional_db: None) -> tuple[Cloud, Cloud]:
    """Return two clouds, of which the old one has three hundred tenants."""
    old, new = rows.two_clouds()
    now = timezone.now()
    Tenant.objects.bulk_create(
        Tenant(
            cloud=old,
            project_id=f"{number:032x}",
            name=f"tenant-{number:03}",
            domain_name="Default",
            servers=number % 9,
            volumes=number % 5,
            seen_at=now,
        )
        for number in range(300)
    )
    return old, new


def look(page: Page, name: str) -> None:
    """See that a page fits in every shape, and keep a picture of each, if a folder is named."""
    for scheme, width in SHAPES:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (name, width)
        assert cut_tables(page) == [], (name, width)
        page.locator("main").click(position={"x": 1, "y": 1})  # closes the menu of the account
        if folder := os.environ.get("PUMPHOUSE_PICTURES"):
            page.screenshot(path=Path(folder, f"many-{name}-{scheme}-{width}.png"))
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})


def tick_forty(page: Page, address: str) -> None:
    """Open the list with as many rows as it has, and tick the first forty."""
    page.goto(address)
    page.get_by_label("Rows").select_option("200")
    page.get_by_role("button", name="Show").click()
    boxes = page.locator("tbody input[name=tenant]")
    expect(boxes).to_have_count(200)
    for box in boxes.all()[:TICKED]:
        box.check()


def drafted() -> None:
    """Store what the workers would have: each plan is ready."""
    Plan.objects.update(state=Plan.State.READY)
    Job.objects.update(state=JobState.DONE, active_subject=None, finished_at=timezone.now())


def plan_the_ticked(page: Page, of_tenants: str) -> None:
    """Tick forty tenants and plan them; their plans are ready at once."""
    tick_forty(page, of_tenants)
    look(page, "tenants")
    page.get_by_role("button", name="Plan…").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Plan {TICKED} tenants")
    look(page, "plan")
    page.get_by_label("Destination").select_option("new")
    page.get_by_role("button", name=f"Plan {TICKED} tenants").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Plan: {TICKED} of {TICKED} started")
    look(page, "planned")
    assert Plan.objects.filter(tenant_name__lt="tenant-040").count() == TICKED
    drafted()


def start_with_the_ticked(page: Page, of_tenants: str) -> Campaign:
    """Put forty tenants into a wave of the campaign that was drawn up, and start it."""
    tick_forty(page, of_tenants)
    page.get_by_role("button", name="Add to a wave…").click()
    page.get_by_role("textbox", name="Wave").fill("the forty")
    look(page, "wave")
    page.get_by_role("button", name="Add them").click()
    campaign = Campaign.objects.get()
    assert campaign.tenants.filter(wave__name="the forty").count() == TICKED
    page.get_by_role("link", name="Start…").click()
    page.get_by_label(re.compile("to confirm")).fill("drain")
    page.get_by_role("button", name="Start").click()
    campaign.refresh_from_db()
    assert campaign.job is not None
    return campaign


def watch_and_pause(page: Page, address: str, campaign: Campaign) -> None:
    """See a tenant arrive while the campaign's page is open, then pause it there."""
    page.goto(address)
    moved = campaign.tenants.get(wave__name="pilots")
    moved.move_to(CampaignTenant.State.MOVED, started_at=timezone.now())
    expect(page.get_by_text("1 moved")).to_be_visible()  # it is polled
    look(page, "campaign")
    page.get_by_role("button", name="Pause").click()
    page.goto(address)
    expect(page.locator("#campaign .chip").first).to_contain_text("Paused")


def test_forty_of_three_hundred_are_planned_put_into_a_wave_started_and_paused(
    open_as: Open, admin: User, clouds: tuple[Cloud, Cloud], complaints: list[str]
) -> None:
    old, new = clouds
    last = Tenant.objects.get(name="tenant-299")
    waves = [WaveDrawing(name="pilots", tenants=[TenantDrawing(tenant=last)])]
    draw_up(Drawing(name="drain", source=old, destination=new, waves=waves))
    page = open_as(admin, "/tenants/")
    of_tenants = page.url
    plan_the_ticked(page, of_tenants)
    campaign = start_with_the_ticked(page, of_tenants)
    watch_and_pause(page, urljoin(of_tenants, campaign.get_absolute_url()), campaign)
    page.goto(urljoin(of_tenants, "/"))
    expect(page.get_by_role("heading", name="The drain")).to_be_visible()
    look(page, "home")
    page.goto(urljoin(of_tenants, "/acts/"))
    expect(page.get_by_text("selected-plan")).to_be_visible()
    look(page, "acts")
    assert Act.objects.get(verb="selected-plan").jobs.count() == TICKED
    assert complaints == []
