"""The API answers every refusal with a status, a sentence and a fix."""

import pytest
from rest_framework.test import APIClient

from dashboard.errors import BadInput, Conflict, NeedsOperator, Retryable, WrongState
from dashboard.jobs.states import JobState
from dashboard.migrations_app.verbs.verify import Verify
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("No."), 400),
        (Conflict("Taken."), 409),
        (WrongState("Not now."), 409),
        (NeedsOperator("The cloud said no."), 502),
        (Retryable("Later.", retry_after=7.2), 503),
    ],
)
def test_each_error_of_ours_has_its_status(operator, plan, monkeypatch, error, status):
    def refuse(*_arguments, **_options):
        raise error

    rows.ledger_of(plan)
    monkeypatch.setattr(Verify, "launch", refuse)
    answer = operator.post(f"/api/plans/{plan.pk}/verify/")
    assert answer.status_code == status
    assert answer.json()["error"] == error.sentence
    assert answer.headers.get("Retry-After") == ("7" if status == 503 else None)


def test_an_error_leaves_with_its_secrets_masked(operator, plan, monkeypatch):
    def refuse(*_arguments, **_options):
        raise NeedsOperator("Cannot reach mysql://keystone:hunter2hunter2@db/keystone.")

    rows.ledger_of(plan)
    monkeypatch.setattr(Verify, "launch", refuse)
    assert "hunter2" not in operator.post(f"/api/plans/{plan.pk}/verify/").content.decode()


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["", "teapots/", "plans/7/brew/", "clouds/old/x/y/"])
def test_an_address_that_there_is_not_is_a_404_as_json(operator, method, path):
    answer = getattr(operator, method)(f"/api/{path}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "fix"}
    assert all(answer.json().values())


def test_an_address_that_lacks_its_slash_is_redirected(operator):
    assert operator.get("/api/clouds")["Location"] == "/api/clouds/"


def test_every_refusal_says_what_helps(operator, plan, api):
    job = rows.job_of(plan, JobState.DONE)
    refusals = [
        operator.get("/api/jobs/77/"),
        operator.put("/api/plans/"),
        operator.post("/api/plans/", "x", content_type="text/plain"),
        operator.post("/api/plans/", "{", content_type="application/json"),
        operator.post(f"/api/plans/{plan.pk}/rollback/"),
        operator.post(f"/api/jobs/{job.pk}/cancel/"),
        operator.post(f"/api/jobs/{job.pk}/resume/"),
        operator.post(f"/api/jobs/{job.pk}/release/"),
        operator.get("/api/jobs/", {"page": 99}),
        APIClient().get("/api/jobs/"),
    ]
    told = {answer.status_code: answer.json()["fix"] for answer in refusals}
    assert set(told) == {400, 401, 403, 404, 405, 409, 415}
    assert [answer.json() for answer in refusals if not answer.json()["fix"]] == []
