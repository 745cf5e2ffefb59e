"""Who did what: what each way of acting leaves in the trail."""

import csv
import getpass
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from dashboard import secrets
from dashboard.audit.models import Act
from dashboard.audit.options import safe_options
from dashboard.jobs.models import Job
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def on_pages(role: str = "operator") -> Client:
    client = Client()
    client.force_login(rows.user_with(role))
    return client


def test_a_page_leaves_who_from_where_what_on_what_with_what_and_its_job(plan: Plan) -> None:
    on_pages().post(reverse("plan-execute", args=[plan.pk]), {"confirmation": plan.tenant_name})
    act = Act.objects.get()
    assert (act.who, act.origin, act.address) == ("operator", "page", "127.0.0.1")
    assert (act.verb, act.target) == ("plan-execute", f"plan {plan.pk}")
    assert act.options["confirmation"] == plan.tenant_name
    act.options = {"tenant": ["1", "2"]}
    assert act.option_list == ["tenant: 1, 2"]
    assert (act.result, list(act.jobs.all())) == ("done", [Job.objects.get()])


def test_what_is_refused_is_told_with_its_sentence(plan: Plan) -> None:
    client = on_pages("viewer")
    client.post(reverse("plan-execute", args=[plan.pk]))
    act = Act.objects.get()
    assert (act.result, act.said, act.jobs.count()) == ("refused", "Status 403.", 0)
    done = rows.job_of(plan, JobState.DONE)
    as_role("operator").post(f"/api/jobs/{done.pk}/cancel/")
    act = Act.objects.latest("pk")
    assert (act.result, act.origin, act.target) == ("refused", "api", f"number {done.pk}")
    assert "only an active job can be cancelled" in act.said


def test_a_refusal_on_a_page_is_told_though_the_page_redirects(plan: Plan) -> None:
    done = rows.job_of(plan, JobState.DONE)
    on_pages().post(reverse("job-cancel", args=[done.pk]))
    assert "only an active job can be cancelled" in Act.objects.get(result="refused").said


def test_the_api_leaves_the_json_that_it_was_sent(plan: Plan) -> None:
    body = {"confirmation": plan.tenant_name, "password": "hunter2hunter2"}
    as_role("admin").post(f"/api/plans/{plan.pk}/verify/", body, format="json")
    act = Act.objects.get()
    assert (act.who, act.verb) == ("admin", "plan-verify")
    assert act.options == {"confirmation": plan.tenant_name, "password": secrets.MASK}


def test_a_command_that_changes_something_leaves_who_ran_it(plan: Plan) -> None:
    job = rows.job_of(plan, JobState.RUNNING)
    assert run("cancel", str(job.pk)) == 0
    assert run("status", str(job.pk)) == 0
    act = Act.objects.get()
    assert (act.who, act.origin, act.verb) == (getpass.getuser(), "cli", "cancel")
    assert (act.target, act.result) == (f"job {job.pk}", "done")
    assert run("cancel", "77") == 2
    assert Act.objects.latest("pk").said == "There is no job 77."


def test_reading_and_asking_without_a_login_leave_nothing(plan: Plan) -> None:
    on_pages().get(plan.get_absolute_url())
    Client().post(reverse("plan-execute", args=[plan.pk]))
    Client().post("/login/", {"username": "operator", "password": "guessed-guessed"})
    assert not Act.objects.exists()


def test_a_login_leaves_no_password(plan: Plan) -> None:
    rows.user_with("viewer")
    client = Client()
    client.post("/login/", {"username": "viewer", "password": rows.PASSWORD})
    client.post("/logout/")
    assert [(act.verb, act.who) for act in Act.objects.order_by("pk")] == [
        ("login", "viewer"),
        ("logout", "viewer"),
    ]
    assert rows.PASSWORD not in str(list(Act.objects.values()))


@pytest.mark.parametrize(
    "given",
    [
        {"password": "hunter2hunter2"},
        {"deep": {"api_key": "hunter2hunter2"}},
        {"list": ["https://me:hunter2hunter2@example.org/"]},
        {"text": "token=hunter2hunter2"},
    ],
)
def test_options_have_no_secrets(given: dict[str, Any]) -> None:
    assert "hunter2" not in str(safe_options(given))


def test_long_options_are_cut() -> None:
    given = {"text": "a" * 5000, **{f"name-{number}": number + 1 for number in range(100)}}
    told = safe_options(given)
    assert len(str(told)) < 2000
    assert told["and more"] == 61


def test_operators_read_the_trail_and_viewers_do_not(plan: Plan) -> None:
    client = on_pages()
    client.post(reverse("plan-verify", args=[plan.pk]))
    client.post(reverse("plan-preflight", args=[plan.pk]))
    shown = client.get("/acts/?verb=verify").content.decode()
    assert "plan-verify" in shown and "plan-preflight" not in shown
    told = client.get("/acts.csv?verb=preflight").getvalue().decode()
    assert [row["verb"] for row in csv.DictReader(io.StringIO(told))] == ["plan-preflight"]
    assert client.get("/api/acts/?verb=plan-verify").json()["count"] == 1
    viewer = on_pages("viewer")
    for address in ("/acts/", "/acts.csv", "/api/acts/"):
        assert viewer.get(address).status_code == 403
    assert 'href="/acts/"' not in viewer.get("/").content.decode()


@pytest.mark.parametrize("query", ["?from=2030-01-01", "?to=2020-01-01", "?who=nobody"])
def test_filters_that_nothing_matches_say_so(plan: Plan, query: str) -> None:
    client = on_pages()
    client.post(reverse("plan-verify", args=[plan.pk]))
    assert "No act matches." in client.get(f"/acts/{query}").content.decode()
    assert "plan-verify" in client.get("/acts/?from=2020-01-01&to=nonsense").content.decode()
