"""Who may read and start what through the API, and how they log in."""

import logging
from typing import Any

import pytest
from knox.models import AuthToken

from dashboard.jobs.models import Job
from dashboard.jobs.verbs.base import server_verbs
from dashboard.migrations_app.verbs.verify import Verify
from tests.support import rows
from tests.support.api_clients import as_role

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["clouds", "tenants", "plans", "jobs", "steps", "schema"])
def test_nobody_reads_without_logging_in(api, path):
    answer = api.get(f"/api/{path}/")
    assert answer.status_code == 401
    assert set(answer.data) == {"error", "fix"}


@pytest.mark.parametrize("path", ["clouds", "tenants", "plans", "jobs", "steps"])
def test_a_viewer_reads(plan, path):
    assert as_role("viewer").get(f"/api/{path}/").status_code == 200


@pytest.mark.parametrize("verb", ["preflight", "execute", "verify", "rollback", "finalize"])
def test_a_viewer_starts_nothing(plan, verb):
    answer = as_role("viewer").post(f"/api/plans/{plan.pk}/{verb}/", {"confirmation": "demo"})
    assert answer.status_code == 403
    assert not Job.objects.exists()


@pytest.mark.parametrize("verb", ["rollback", "finalize"])
def test_what_deletes_takes_an_admin(plan, verb):
    answer = as_role("operator").post(f"/api/plans/{plan.pk}/{verb}/", {"confirmation": "demo"})
    assert answer.status_code == 403
    assert "needs the admin role" in answer.json()["error"]


def test_a_viewer_does_nothing_to_one_server():
    viewer = as_role("viewer")
    for verb in server_verbs():
        assert viewer.post(f"/api/job-servers/1/{verb.path}/").status_code == 403


def test_every_method_that_writes_names_its_action():
    from dashboard.api.urls import router

    for prefix, viewset, _ in router.registry:
        extras: list[Any] = viewset.get_extra_actions()
        by_method = [pair for extra in extras for pair in extra.mapping.items()]
        writing = {name for method, name in by_method if method != "get"}
        standard = ("create", "partial_update", "destroy")
        writing |= {name for name in standard if hasattr(viewset, name)}
        assert writing == set(getattr(viewset, "action_permissions", {})), prefix


def test_a_cloud_does_not_say_where_its_credentials_are(operator, plan):
    assert "/etc/pumphouse" not in operator.get("/api/clouds/old/").content.decode()


def test_a_name_and_a_password_give_a_token_that_opens_the_api(api):
    rows.user_with("viewer")
    body = {"username": "viewer", "password": rows.PASSWORD}
    token = api.post("/api/token/", body, format="json").json()["token"]
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    assert api.get("/api/clouds/").status_code == 200


def test_a_wrong_password_is_a_400_and_too_many_are_a_429(api):
    rows.user_with("viewer")
    body = {"username": "viewer", "password": "wrong-wrong"}
    statuses = [
        api.post(
            "/api/token/", body, format="json", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}"
        ).status_code
        for number in range(11)
    ]
    assert statuses[0] == 400
    assert statuses[-1] == 429


def test_a_token_reaches_no_log(api, plan, caplog, monkeypatch):
    _row, token = AuthToken.objects.create(rows.user_with("operator"))

    def break_down(*_arguments, **_options):
        raise RuntimeError("We broke.")

    rows.ledger_of(plan)
    monkeypatch.setattr(Verify, "launch", break_down)
    api.credentials(HTTP_AUTHORIZATION=f"Token {token}")
    with caplog.at_level(logging.DEBUG):
        answer = api.post(f"/api/plans/{plan.pk}/verify/")
        assert (answer.status_code, set(answer.json())) == (500, {"error", "fix"})
        assert api.get("/api/jobs/77/").status_code == 404
    assert "We broke." in caplog.text
    assert token not in caplog.text


def test_nobody_learns_which_addresses_there_are(api):
    assert api.get("/api/teapots/").status_code == 401
