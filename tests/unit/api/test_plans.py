"""The API of plans: what can be read, and what its verbs accept."""

import pytest

from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState, Phase
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db


def test_long_work_is_accepted_with_the_address_of_its_job(operator, plan):
    answer = operator.post(f"/api/plans/{plan.pk}/preflight/")
    job = Job.objects.get()
    assert answer.status_code == 202
    assert answer.json() == {"job": job.pk, "address": f"/api/jobs/{job.pk}/"}
    assert answer["Location"] == f"/api/jobs/{job.pk}/"
    assert operator.get(answer["Location"]).json()["launched_from"] == "api"


def test_a_new_plan_is_accepted_with_its_number(operator):
    old, new = rows.two_clouds()
    rows.tenant_of(old)
    body = {"source": "old", "destination": "new", "tenant": "demo"}
    answer = operator.post("/api/plans/", body, format="json")
    assert answer.status_code == 202, answer.json()
    assert Plan.objects.get(pk=answer.json()["plan"]).destination == new


def test_a_tenant_that_does_not_exist_is_a_404_with_a_sentence_and_a_fix(operator):
    rows.two_clouds()
    body = {"source": "old", "destination": "new", "tenant": "nobody"}
    answer = operator.post("/api/plans/", body, format="json")
    assert answer.status_code == 404
    assert "nobody" in answer.json()["error"]
    assert answer.json()["fix"]
    assert not Plan.objects.exists()


def test_a_missing_field_is_named(operator):
    answer = operator.post("/api/plans/", {"source": "old"}, format="json")
    assert answer.status_code == 400
    assert "destination: This field is required." in answer.json()["error"]


def test_a_second_job_is_refused_with_the_address_of_the_first(operator, executable):
    running = rows.job_of(executable, JobState.RUNNING)
    answer = operator.post(f"/api/plans/{executable.pk}/execute/", {}, format="json")
    assert answer.status_code == 409
    assert answer.json()["address"] == f"/api/jobs/{running.pk}/"


def test_execute_can_be_held_before_a_phase_by_its_word(operator, executable):
    body = {"hold_before": "cutover", "hold_until": "2031-01-31T22:00:00Z"}
    answer = operator.post(f"/api/plans/{executable.pk}/execute/", body, format="json")
    assert answer.status_code == 202, answer.json()
    job = Job.objects.get(pk=answer.json()["job"])
    assert job.hold_before == Phase.CUTOVER
    assert operator.get(answer["Location"]).json()["hold_before"] == "cutover"


def test_a_time_to_hold_until_alone_holds_before_cutover(operator, executable):
    body = {"hold_until": "2031-01-31T22:00:00Z"}
    answer = operator.post(f"/api/plans/{executable.pk}/execute/", body, format="json")
    assert Job.objects.get(pk=answer.json()["job"]).hold_before == Phase.CUTOVER


@pytest.mark.parametrize("before", [{}, {"hold_before": "cutover"}])
def test_a_time_that_has_passed_executes_nothing(operator, executable, before):
    body = {**before, "hold_until": "2020-01-31T22:00:00Z"}
    answer = operator.post(f"/api/plans/{executable.pk}/execute/", body, format="json")
    assert answer.status_code == 400
    assert answer.json()["error"] == "2020-01-31 22:00 UTC has already passed."
    assert not Job.objects.exists()


def test_what_is_wrong_within_an_option_is_a_sentence(operator):
    body = {"source": "old", "destination": "new", "tenant": "demo", "options": {"capture": "x"}}
    answer = operator.post("/api/plans/", body, format="json")
    assert answer.json()["error"] == 'options: capture: "x" is not a valid choice.'


def test_an_unknown_phase_is_refused(operator, plan):
    body = {"hold_before": "teatime"}
    answer = operator.post(f"/api/plans/{plan.pk}/execute/", body, format="json")
    assert answer.status_code == 400
    assert not Job.objects.exists()


@pytest.mark.parametrize("what", ["items", "findings", "differences", "ledger"])
def test_the_rows_of_a_plan_can_be_read(operator, plan, what):
    rows.ledger_of(plan)
    rows.differences_of(plan)
    assert operator.get(f"/api/plans/{plan.pk}/{what}/").json()["count"] > 0
    assert operator.get(f"/api/plans/77/{what}/").status_code == 404


def test_lists_are_filtered_and_unknown_values_refused(operator, plan):
    assert operator.get("/api/plans/", {"source": "old"}).json()["count"] == 1
    assert operator.get("/api/plans/", {"source": "new"}).json()["count"] == 0
    assert operator.get("/api/jobs/", {"state": "sleeping"}).status_code == 400
