"""Who sees which buttons, and that hiding them is not all that protects them."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.browser.conftest import Open
from tests.support import rows

FOR_OPERATORS = ("plan-preflight", "plan-execute", "plan-verify", "plan-again")
FOR_ADMINS = ("plan-rollback", "plan-finalize")


@pytest.fixture
def failed(admin: User) -> Job:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTING, user=admin)
    rows.ledger_of(plan)
    return rows.job_of(plan, JobState.FAILED, user=admin)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


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


@pytest.mark.parametrize("name", FOR_OPERATORS + FOR_ADMINS)
def test_a_viewer_is_refused_the_verbs_of_a_plan(viewer: User, failed: Job, name: str) -> None:
    answer = as_user(viewer).post(reverse(name, args=[Plan.objects.get().pk]))
    assert answer.status_code == 403


@pytest.mark.parametrize("name", ["job-cancel", "job-resume", "job-hold", "job-release"])
def test_a_viewer_is_refused_the_buttons_of_a_job(viewer: User, failed: Job, name: str) -> None:
    assert as_user(viewer).post(reverse(name, args=[failed.pk])).status_code == 403


@pytest.mark.parametrize("name", ["step-retry", "step-skip"])
def test_a_viewer_is_refused_the_buttons_of_a_step(viewer: User, failed: Job, name: str) -> None:
    step = failed.steps.first()
    assert step is not None
    assert as_user(viewer).post(reverse(name, args=[step.pk])).status_code == 403


def test_a_viewer_can_neither_discover_nor_plan(viewer: User, failed: Job) -> None:
    plan = Plan.objects.get()
    client = as_user(viewer)
    assert client.post("/clouds/old/discover/").status_code == 403
    assert client.post("/clouds/read/").status_code == 403
    assert client.post(f"/tenants/old/{plan.tenant_id}/plan/").status_code == 403


@pytest.mark.parametrize("name", FOR_ADMINS)
def test_an_operator_is_refused_what_deletes(operator: User, failed: Job, name: str) -> None:
    address = reverse(name, args=[Plan.objects.get().pk])
    assert as_user(operator).get(address).status_code == 403
    assert as_user(operator).post(address, {"confirmation": "demo"}).status_code == 403


def test_nobody_sees_a_page_without_logging_in(failed: Job) -> None:
    answer = Client().get(failed.get_absolute_url())
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/login/")


def test_buttons_refuse_to_be_followed_as_links(operator: User, failed: Job) -> None:
    assert as_user(operator).get(reverse("job-cancel", args=[failed.pk])).status_code == 405


def test_a_post_without_its_token_is_refused(operator: User, failed: Job) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(operator)
    assert client.post(reverse("job-resume", args=[failed.pk])).status_code == 403
