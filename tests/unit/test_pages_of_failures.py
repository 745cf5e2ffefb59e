"""What the page of a job says of steps that failed by one cause, and how they are retried."""

import pytest

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, StepState
from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.page_requests import answer, page

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def failed_alike(plan: Plan, number: int) -> Job:
    """Return a failed job, of which so many steps have failed by one cause."""
    job = rows.job_of(plan, JobState.FAILED)
    for step in job.steps.filter(group="port")[:number]:
        name = step.title.rsplit(" ", 1)[-1]
        step.state, step.fix = StepState.FAILED, f"Start Neutron, then retry {name}."
        step.error = f"Neutron did not answer for {name} within 30 s (req-{step.pk}a)."
        step.save()
    return job


def test_steps_that_failed_by_one_cause_share_a_card(plan: Plan) -> None:
    job = failed_alike(plan, 9)
    shown = page(job.get_absolute_url())
    assert shown.count('class="card failure"') == 2
    assert "8 more steps failed by the same cause" in shown
    assert "more failed step" not in shown


def test_all_failed_steps_are_retried_by_one_button(plan: Plan) -> None:
    job = failed_alike(plan, 9)
    assert "Retry all 10 failed steps" in page(job.get_absolute_url())
    assert "Retry all" not in page(job.get_absolute_url(), role="viewer")
    answer(f"/jobs/{job.pk}/retry/", role="admin", post={})
    job.refresh_from_db()
    assert job.state == JobState.RUNNING
    assert not job.steps.filter(state=StepState.FAILED).exists()
    assert job.log.filter(message="Retried by admin: all 10 failed steps.").exists()


def test_a_viewer_retries_nothing(plan: Plan) -> None:
    job = failed_alike(plan, 2)
    assert answer(f"/jobs/{job.pk}/retry/", role="viewer", post={}).status_code == 403
    assert job.steps.filter(state=StepState.FAILED).count() == 3
