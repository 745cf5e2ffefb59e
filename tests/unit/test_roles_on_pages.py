"""Who is refused what pages do, whatever buttons they show."""

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db

FOR_OPERATORS = ("plan-preflight", "plan-execute", "plan-verify", "plan-again")
FOR_ADMINS = ("plan-rollback", "plan-finalize")


@pytest.fixture
def viewer() -> User:
    return rows.user_with("viewer")


@pytest.fixture
def operator() -> User:
    return rows.user_with("operator")


@pytest.fixture
def failed() -> Job:
    admin = rows.user_with("admin")
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new, state=Plan.State.EXECUTING, user=admin)
    rows.ledger_of(plan)
    return rows.job_of(plan, JobState.FAILED, user=admin)


def as_user(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


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
