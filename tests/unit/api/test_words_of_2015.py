"""The routes of 2015 between two clouds in memory."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from dashboard.api.words_of_2015 import resources
from dashboard.hosts_app.models import Cloud, HostPlan
from dashboard.jobs.kinds import job_kind
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.models import Plan
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.host_rows import hosts_of, plan_for

pytestmark = pytest.mark.django_db(transaction=True)


def ids(clouds: TwoClouds, collection: str) -> dict[str, str]:
    return {row["name"]: row["id"] for row in clouds.old.rows(collection).values()}


def project(clouds: TwoClouds) -> str:
    return ids(clouds, "identity/projects")[NAME]


def test_both_clouds_are_read_as_typed_items(clouds: TwoClouds) -> None:
    answer = as_role("viewer").get("/resources")
    body = answer.json()
    assert answer.status_code == 200
    assert body.keys() == {"reset", "hosts", "events", "source", "destination"}
    assert (body["reset"], body["hosts"], body["events"]) == (False, [], [])
    for side in ("source", "destination"):
        assert body[side].keys() == {"urls", "resources"}
        assert {item["cloud"] for item in body[side]["resources"]} == {side}
    servers = [item["data"] for item in body["source"]["resources"] if item["type"] == "server"]
    assert {server["name"] for server in servers} >= {f"{NAME}-web-1"}


def test_a_cloud_that_cannot_be_read_says_why_and_the_other_one_is_there(
    clouds: TwoClouds,
) -> None:
    Cloud.objects.filter(name="new").update(location="/nowhere/clouds.yaml")
    body = as_role("viewer").get("/resources").json()
    assert body["destination"]["resources"] == []
    assert "/nowhere/clouds.yaml" in body["destination"]["error"]
    assert body["source"]["resources"] and "error" not in body["source"]


def test_a_cloud_that_is_not_known_is_not_there(clouds: TwoClouds) -> None:
    Cloud.objects.filter(name="new").delete()
    assert as_role("viewer").get("/resources").json().keys() == {"reset", "hosts", "events"}


def test_more_readers_than_turns_are_told_to_come_back(clouds: TwoClouds) -> None:
    client = as_role("viewer")
    for _ in range(resources.MOST_AT_A_TIME):
        resources._turns.acquire()
    try:
        answer = client.get("/resources")
    finally:
        for _ in range(resources.MOST_AT_A_TIME):
            resources._turns.release()
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("route", ["tenants", "servers"])
def test_a_move_is_planned_by_the_job_of_the_answer_and_then_executed(
    clouds: TwoClouds, route: str
) -> None:
    server = ids(clouds, "compute/servers")[f"{NAME}-web-1"]
    path = f"/tenants/{project(clouds)}" if route == "tenants" else f"/servers/{server}"
    answer = as_role("operator").post(path)
    assert answer.status_code == 202, answer.json()
    job = Job.objects.get(pk=answer.json()["job"])
    plan = Plan.objects.get(pk=answer.json()["plan"])
    assert answer.json()["address"] == answer["Location"] == f"/api/jobs/{job.pk}/"
    assert (job.kind, plan.source.name, plan.destination.name) == ("plan", "old", "new")
    assert plan.options["only"] == ([] if route == "tenants" else [f"server:{server}"])
    run_job(job.pk)
    follower = Job.objects.get(kind="execute")
    assert (follower.created_by, follower.launched_from) == (job.created_by, "api")
    assert f"Started job {follower.pk}" in "".join(job.log.values_list("message", flat=True))


def test_a_plan_that_is_blocked_is_not_executed_and_its_job_says_so(clouds: TwoClouds) -> None:
    (flavor, *_) = clouds.old.rows("compute/flavors").values()
    as_role("operator").post(f"/tenants/{project(clouds)}")
    Plan.objects.update(choices={f"flavor:{flavor['name']}": "no-such-flavor"})
    job = Job.objects.get()
    run_job(job.pk)
    assert Plan.objects.get().state == Plan.State.BLOCKED
    assert not Job.objects.filter(kind="execute").exists()
    assert "Not executed: Plan" in "".join(job.log.values_list("message", flat=True))


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("post", "/tenants/no-such-tenant"),
        ("post", "/servers/no-such-server"),
        ("post", "/servers/8f3a0000-0000-4000-8000-000000000000"),
        ("post", "/hosts/no-such-host"),
        ("delete", "/hosts/no-such-host"),
    ],
)
def test_an_unknown_id_is_a_404_with_a_sentence(clouds: TwoClouds, method: str, path: str) -> None:
    answer = getattr(as_role("admin"), method)(path)
    assert answer.status_code == 404
    assert answer.json()["error"] and answer.json()["fix"]
    assert not Job.objects.exists()


def test_without_a_destination_there_is_no_move_and_no_reassignment(clouds: TwoClouds) -> None:
    Cloud.objects.filter(name="new").delete()
    client, tenant = as_role("admin"), project(clouds)
    for answer in (client.post(f"/tenants/{tenant}"), client.delete("/hosts/any")):
        assert answer.status_code == 403
        assert "which cloud is which" in answer.json()["error"]
        assert "Known clouds" in answer.json()["fix"]


@pytest.mark.parametrize(("method", "action"), [("post", "evacuate"), ("delete", "reassign")])
def test_a_host_action_is_planned_and_confirmed_by_the_address(method: str, action: str) -> None:
    old, _ = rows.two_clouds()
    host = hosts_of(old)[0]
    answer = getattr(as_role("admin"), method)(f"/hosts/{host}")
    assert answer.status_code == 202, answer.json()
    plan = HostPlan.objects.get(pk=answer.json()["plan"])
    assert (plan.action, plan.host, plan.plan_job_id) == (action, host.name, answer.json()["job"])
    assert plan.plan_job is not None
    assert plan.plan_job.params["confirmed_by"] == host.name


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("viewer", "post", "/tenants/1"),
        ("viewer", "post", "/servers/1"),
        ("viewer", "post", "/hosts/1"),
        ("operator", "delete", "/hosts/1"),
    ],
)
def test_a_role_that_is_too_low_is_refused(role: str, method: str, path: str) -> None:
    answer = getattr(as_role(role), method)(path)
    assert answer.status_code == 403
    assert "needs the" in answer.json()["error"]


def test_nobody_is_let_in_without_a_login_and_sessions_need_their_token() -> None:
    assert APIClient().get("/resources").status_code == 401
    client: Any = APIClient(enforce_csrf_checks=True)
    client.force_login(rows.user_with("operator"))
    answer = client.post("/tenants/1")
    assert answer.status_code == 403
    assert "CSRF" in answer.json()["error"]


@pytest.mark.parametrize("path", ["/resources", "/tenants/1", "/servers/1", "/hosts/1"])
def test_options_tell_the_methods(path: str) -> None:
    answer = as_role("viewer").options(path)
    assert answer.status_code == 200
    assert "OPTIONS" in answer["Allow"]


@pytest.mark.parametrize(("typed", "states"), [(True, ["queued"]), (False, [])])
def test_a_planned_host_action_begins_by_itself_if_it_is_confirmed(
    typed: bool, states: list[str]
) -> None:
    old, _ = rows.two_clouds()
    host = hosts_of(old)[0]
    plan = plan_for(host, HostPlan.State.READY)
    params = {"host_plan": plan.pk, "confirmed_by": host.name if typed else "another"}
    planning = Job.objects.create(kind="plan_host", subject="x", state="done", params=params)
    job_kind("plan_host").on_finished(planning)
    assert [*Job.objects.filter(kind="evacuate").values_list("state", flat=True)] == states
    said = planning.log.get().message
    assert said.startswith("Started job" if typed else "Not started:")
