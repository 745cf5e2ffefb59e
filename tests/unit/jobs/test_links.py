"""A job's page links to what the job is about, as each app says."""

import pytest
from django.test import Client

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState, StepState
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def failed_move() -> Job:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old, "shop"), new)
    job = rows.job_of(plan, JobState.FAILED)
    Step.objects.filter(job=job).update(state=StepState.FAILED, error="No quota.")
    if not job.steps.exists():
        Step.objects.create(
            job=job, key="a", ordinal=0, action="a", title="A", state=StepState.FAILED
        )
    return job


def page(job: Job, role: str) -> str:
    client = Client()
    client.force_login(rows.user_with(role))
    return client.get(job.get_absolute_url()).content.decode()


def test_a_move_links_to_its_plan(failed_move):
    plan = failed_move.params["plan"]
    shown = page(failed_move, "viewer")
    assert f'href="/plans/{plan}/"' in shown
    assert f'href="/plans/{plan}/differences/"' in shown


@pytest.mark.parametrize(("role", "offered"), [("admin", True), ("operator", False)])
def test_a_failed_move_offers_its_rollback_to_those_who_may(failed_move, role, offered):
    address = f'href="/plans/{failed_move.params["plan"]}/rollback/"'
    assert (address in page(failed_move, role)) is offered


@pytest.mark.parametrize(
    ("parameter", "address"),
    [
        ("host_plan", "/host-plans/7/"),
        ("environment_plan", "/environment-plans/7/"),
    ],
)
def test_a_job_about_a_host_or_an_environment_links_to_its_plan(parameter, address):
    job = Job.objects.create(kind="plan_host", subject="s", params={parameter: 7})
    shown = page(job, "viewer")
    assert f'href="{address}"' in shown and ">Plan 7</a>" in shown
    assert "Differences" not in shown
