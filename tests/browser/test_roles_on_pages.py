"""Who sees which buttons; that the server refuses them too is a unit test."""

import pytest
from django.contrib.auth.models import User

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.browser.conftest import Open
from tests.support import rows


@pytest.fixture
def failed(admin: User) -> Job:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTING, user=admin)
    rows.ledger_of(plan)
    return rows.job_of(plan, JobState.FAILED, user=admin)


def test_a_viewer_sees_no_button_that_does_something(
    open_as: Open, viewer: User, failed: Job
) -> None:
    plan = Plan.objects.get()
    for address in (
        failed.get_absolute_url(),
        plan.get_absolute_url(),
        f"/plans/{plan.pk}/choices/",
        "/clouds/",
        "/clouds/old/",
        f"/tenants/old/{plan.tenant_id}/",
    ):
        page = open_as(viewer, address)
        forms = page.locator("main form[method=post] button, main a.button.danger")
        assert forms.count() == 0, address


def test_an_operator_is_not_offered_rollback(open_as: Open, operator: User, failed: Job) -> None:
    page = open_as(operator, failed.get_absolute_url())
    assert page.get_by_role("button", name="Retry").count() == 1
    assert page.get_by_role("link", name="Roll back").count() == 0
