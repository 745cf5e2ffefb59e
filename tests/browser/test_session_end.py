"""The session ends while a job's page is open: the page says so, and nothing typed is lost."""

from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from dashboard.jobs.states import JobState, StepState
from tests.browser.conftest import Open
from tests.support import rows


def test_a_page_stays_when_its_session_ends_and_leads_back_after_the_login(
    open_as: Open, operator: User
) -> None:
    old, new = rows.two_clouds()
    job = rows.job_of(rows.plan_of(rows.tenant_of(old), new), JobState.RUNNING)
    broken = job.steps.filter(group="server").earliest("ordinal")
    job.steps.filter(pk=broken.pk).update(state=StepState.FAILED, error="No room.")
    page = open_as(operator, f"/jobs/{job.pk}/failures/?state=failed")
    expect(page.locator("#logged-out")).to_be_hidden()
    reason = page.locator(f"#reason-{broken.pk}")
    reason.fill("It is not needed.")
    Session.objects.all().delete()
    expect(page.locator("#logged-out")).to_be_visible()
    expect(page.locator("#id_password")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text(job.title)
    expect(reason).to_have_value("It is not needed.")
    page.get_by_role("link", name="Log in again").click()
    page.locator("#id_username").fill("operator")
    page.locator("#id_password").fill(rows.PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(job.title)
    assert page.url.endswith(f"/jobs/{job.pk}/failures/?state=failed")
