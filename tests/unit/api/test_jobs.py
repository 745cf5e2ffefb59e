"""The API of jobs: their progress, their log, and what can be done to them."""

import pytest

from dashboard.jobs.models import LogLine
from dashboard.jobs.states import JobState, StepState
from tests.support import rows
from tests.support.step_rows import SHAPE

pytestmark = pytest.mark.django_db


def test_a_job_can_be_cancelled_held_and_released(operator, plan):
    job = rows.job_of(plan, JobState.RUNNING)
    address = f"/api/jobs/{job.pk}"
    assert operator.post(f"{address}/hold/", {"before": "cutover"}).status_code == 202
    assert operator.post(f"{address}/release/").status_code == 202
    assert operator.post(f"{address}/cancel/").status_code == 202
    job.refresh_from_db()
    assert job.cancel_requested
    assert job.hold_before is None


def test_a_failed_step_can_be_retried_and_skipped(operator, plan):
    job = rows.job_of(plan, JobState.FAILED)
    step = job.steps.get(state=StepState.FAILED)
    assert operator.post(f"/api/steps/{step.pk}/retry/").status_code == 202
    job.steps.filter(pk=step.pk).update(state=StepState.FAILED)
    assert operator.post(f"/api/steps/{step.pk}/skip/").status_code == 400
    answer = operator.post(f"/api/steps/{step.pk}/skip/", {"reason": "It is old."})
    assert answer.status_code == 202
    assert job.steps.get(pk=step.pk).skip_reason == "It is old."


def test_a_job_tells_its_progress_by_group_with_its_bytes(operator, plan):
    job = rows.job_of(plan, JobState.RUNNING)
    progress = operator.get(f"/api/jobs/{job.pk}/").json()["progress"]
    volumes = next(group for group in progress["groups"] if group["group"] == "volume")
    assert volumes["running"] == SHAPE["volume"][0]
    assert progress["bytes_total"] > progress["bytes_done"] > 0


def test_a_list_of_jobs_costs_the_same_whatever_its_length(
    operator, plan, django_assert_max_num_queries
):
    for _ in range(5):
        rows.job_of(plan, JobState.DONE)
    with django_assert_max_num_queries(6):
        assert operator.get("/api/jobs/").json()["count"] == 5


def test_the_log_goes_on_after_the_last_line_seen(operator, plan):
    job = rows.job_of(plan, JobState.RUNNING)
    seen = operator.get(f"/api/jobs/{job.pk}/log/").json()["results"][-1]["id"]
    rows.write_line(job, "Something new.")
    after = operator.get(f"/api/jobs/{job.pk}/log/", {"after": seen}).json()["results"]
    assert [line["message"] for line in after] == ["Something new."]


def test_the_log_of_one_job_has_no_line_of_another(operator, plan):
    job = rows.job_of(plan, JobState.DONE)
    other = rows.job_of(plan, JobState.DONE)
    rows.write_line(other, "Not yours.")
    count = operator.get(f"/api/jobs/{job.pk}/log/").json()["count"]
    assert count == LogLine.objects.filter(job=job).count()


@pytest.mark.parametrize("what", ["steps", "log"])
def test_rows_of_a_job_that_does_not_exist_are_a_404(operator, what):
    assert operator.get(f"/api/jobs/77/{what}/").status_code == 404
