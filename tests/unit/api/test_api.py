"""The API says what the rows say, starts jobs, and lets in whom the roles let in."""

import logging

import pytest
from django.core.cache import cache
from django.core.management import call_command
from knox.models import AuthToken
from rest_framework.test import APIClient

from dashboard.errors import BadInput, Conflict, NeedsOperator, Retryable
from dashboard.jobs.models import Job, LogLine
from dashboard.jobs.states import JobState, Phase, StepState
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.verify import Verify
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def api() -> APIClient:
    """Return a client that nobody is logged in with."""
    cache.clear()
    return APIClient()


@pytest.fixture
def operator(api: APIClient) -> APIClient:
    """Return the client of an operator."""
    api.force_authenticate(rows.user_with("operator"))
    return api


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


@pytest.fixture
def executable(plan: Plan) -> Plan:
    """Return a plan of one project: that of the others have no contents to execute."""
    plan.items.exclude(type="project").delete()
    return plan


def as_role(role: str) -> APIClient:
    client = APIClient()
    client.force_authenticate(rows.user_with(role))
    return client


def test_the_schema_has_no_warnings(tmp_path):
    schema = tmp_path / "schema.yaml"
    call_command("spectacular", "--validate", "--fail-on-warn", "--file", str(schema))
    assert "/api/plans/{id}/execute/:" in schema.read_text()


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


def test_every_method_that_writes_names_its_action():
    from dashboard.api.urls import router

    for prefix, viewset, _ in router.registry:
        extras = viewset.get_extra_actions()
        writing = {extra.__name__ for extra in extras if extra.mapping.keys() - {"get"}}
        if hasattr(viewset, "create"):
            writing.add("create")
        assert writing == set(getattr(viewset, "action_permissions", {})), prefix


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
    assert answer.json()["error"].startswith("destination: This field is required.")


def test_a_second_job_is_refused_with_the_address_of_the_first(operator, executable):
    running = rows.job_of(executable, JobState.RUNNING)
    answer = operator.post(f"/api/plans/{executable.pk}/execute/", {}, format="json")
    assert answer.status_code == 409
    assert answer.json()["address"] == f"/api/jobs/{running.pk}/"


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (BadInput("No."), 400),
        (Conflict("Taken."), 409),
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
    assert answer.json()["error"] == "2020-01-31 22:00 has already passed."
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
    assert volumes["running"] == rows.SHAPE["volume"][0]
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


def test_the_documentation_keeps_scripts_out_of_its_page(client):
    client.force_login(rows.user_with("viewer"))
    answer = client.get("/api/docs/")
    assert answer.status_code == 200
    assert "script-src 'self'" in answer["Content-Security-Policy"].split("; ")
    assert not any(
        line.strip().startswith("<script>") for line in answer.content.decode().splitlines()
    )
    assert b"//cdn" not in answer.content


def test_the_documentation_asks_to_log_in_first(client):
    assert client.get("/api/docs/").url == "/login/?next=/api/docs/"


@pytest.mark.parametrize("method", ["get", "post", "delete"])
@pytest.mark.parametrize("path", ["", "teapots/", "plans/7/brew/", "clouds/old/x/y/"])
def test_an_address_that_there_is_not_is_a_404_as_json(operator, method, path):
    answer = getattr(operator, method)(f"/api/{path}")
    assert answer.status_code == 404
    assert set(answer.json()) == {"error", "fix"}
    assert all(answer.json().values())


def test_an_address_that_lacks_its_slash_is_redirected(operator):
    assert operator.get("/api/clouds")["Location"] == "/api/clouds/"


def test_nobody_learns_which_addresses_there_are(api):
    assert api.get("/api/teapots/").status_code == 401


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
    assert set(told) == {400, 401, 403, 404, 405, 415}
    assert [answer.json() for answer in refusals if not answer.json()["fix"]] == []
