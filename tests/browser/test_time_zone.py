"""Times are those of the browser's clock, whatever the server's."""

import pytest
from django.contrib.auth.models import User
from playwright.sync_api import Browser, BrowserContext, expect

from dashboard.jobs.models import Job
from tests.browser.conftest import PATIENCE, Open
from tests.support import rows


@pytest.fixture
def context(browser: Browser):
    """Return a profile of somebody in New York."""
    made: BrowserContext = browser.new_context(timezone_id="America/New_York")
    made.set_default_timeout(PATIENCE)
    yield made
    made.close()


def test_hold_until_is_meant_and_shown_in_the_browsers_zone(open_as: Open, admin: User) -> None:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    plan.items.exclude(type="project").delete()
    page = open_as(admin, f"{plan.get_absolute_url()}execute/")
    expect(page.locator("span[data-zone]")).to_have_text("America/New_York")
    page.get_by_label("Hold until").fill("2031-01-31T08:00")
    page.get_by_label("Type the tenant's name").fill("demo")
    page.get_by_role("button", name="Execute").click()
    expect(page.locator("#status")).to_contain_text("2031-01-31 08:00 EST")
    held = Job.objects.get(kind="execute").hold_until
    assert held is not None
    assert held.isoformat() == "2031-01-31T13:00:00+00:00"
