"""The page of a campaign goes on by itself, and takes nothing from whoever is at work on it."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone
from playwright.sync_api import Page, expect

from dashboard.campaigns.models import Campaign, CampaignTenant
from tests.browser.conftest import Open
from tests.browser.layout import cut_tables
from tests.support import campaign_rows, rows

State = CampaignTenant.State


@pytest.fixture
def campaign(transactional_db: None) -> Campaign:
    """Return a campaign on its way whose last two tenants wait."""
    return campaign_rows.running_campaign_of(*rows.two_clouds())


def fill_in(page: Page) -> None:
    """Tick a tenant, and write what has not been sent yet; nothing has the focus then."""
    page.get_by_label("Tick media").check()
    page.get_by_label("or of a new one").fill("late ones")
    page.locator("#form-add").get_by_label("Tenants, by name").fill("blog")
    page.locator("main").click(position={"x": 1, "y": 1})


def test_ticks_and_words_stay_while_the_page_goes_on(
    open_as: Open, operator: User, campaign: Campaign, complaints: list[str]
) -> None:
    page = open_as(operator, campaign.get_absolute_url())
    fill_in(page)
    campaign.tenants.get(name="wiki").move_to(State.MOVED, finished_at=timezone.now())
    expect(page.get_by_text("2 moved")).to_be_visible()  # it was polled
    expect(page.get_by_label("Tick wiki")).to_have_count(0)
    expect(page.get_by_label("Tick media")).to_be_checked()
    expect(page.get_by_label("or of a new one")).to_have_value("late ones")
    expect(page.locator("#form-add").get_by_label("Tenants, by name")).to_have_value("blog")
    page.get_by_role("button", name="Move", exact=True).click()
    expect(page.get_by_role("heading", name="3. late ones")).to_be_visible()
    assert campaign.tenants.get(name="media").wave.name == "late ones"
    assert complaints == []


def test_what_can_be_done_changes_with_the_campaign(
    open_as: Open, operator: User, campaign: Campaign, complaints: list[str]
) -> None:
    page = open_as(operator, campaign.get_absolute_url())
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    Campaign.objects.update(paused_at=timezone.now())  # somebody else pauses it
    expect(page.get_by_role("button", name="Pause")).to_have_count(0)
    expect(page.get_by_role("button", name="Resume")).to_be_visible()
    expect(page.locator("#actions")).to_have_count(1)
    assert complaints == []


def test_why_a_tenant_failed_is_read_in_a_few_lines(
    open_as: Open, operator: User, campaign: Campaign
) -> None:
    campaign.tenants.filter(name="archive").update(explanation="The destination has no room. " * 8)
    page = open_as(operator, campaign.get_absolute_url())
    for width in (1280, 400):
        page.set_viewport_size({"width": width, "height": 900})
        box = page.get_by_text("The destination has no room. The").bounding_box()
        assert box and box["width"] > 200 and box["height"] < 200, (width, box)
        assert cut_tables(page) == []
