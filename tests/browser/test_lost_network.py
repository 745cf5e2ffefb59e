"""The network goes while a page is open, and text is copied from a page that changes by itself."""

import re

from django.contrib.auth.models import User
from playwright.sync_api import BrowserContext, expect

from dashboard.jobs.states import JobState
from tests.browser.conftest import Open
from tests.support import rows


def test_a_page_tells_that_nobody_answers_until_somebody_does(
    open_as: Open, operator: User, context: BrowserContext
) -> None:
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.RUNNING)
    page = open_as(operator, job.get_absolute_url())
    banner = page.locator("#offline")
    expect(banner).to_be_hidden()
    for is_away in (True, False):
        context.set_offline(is_away)
        expect(banner).to_be_visible(visible=is_away)
    page.route("**/jobs/**", lambda route: route.fulfill(status=503))
    expect(banner).to_contain_text("Pumphouse does not answer.")
    expect(banner).to_contain_text(re.compile(r"known at \d\d:\d\d:\d\d [A-Z]"))
    page.unroute("**/jobs/**")
    expect(banner).to_be_hidden()


def test_selected_text_stays_while_the_page_changes(open_as: Open, operator: User) -> None:
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.RUNNING)
    page = open_as(operator, job.get_absolute_url())
    select = "document.getSelection().selectAllChildren(document.querySelector('#status'))"
    page.evaluate(select)
    for _ in range(2):
        with page.expect_response("**/live/**"):
            pass
    expect(page.locator(".htmx-request")).to_have_count(0)
    assert page.evaluate("document.getSelection().toString()").strip()
