"""The API of hosts: what is seen, what is planned, and who may start it."""

from typing import Any

import pytest
from rest_framework.test import APIClient

from dashboard.hosts_app.models import Host, HostPlan
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.host_plans import start_host_plan
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.host_rows import host_of, hosts_of, plan_for

pytestmark = pytest.mark.django_db

READY = HostPlan.State.READY


@pytest.fixture
def host() -> Host:
    old, _ = rows.two_clouds()
    return hosts_of(old)[0]


def address_of(host: Host, verb: str = "") -> str:
    return f"/api/hosts/{host.cloud}/{host}/{verb}"


def post(client: APIClient, address: str, **body: Any) -> Any:
    return client.post(address, body, format="json")


def test_hosts_are_listed_by_cloud_and_seen_by_name(host: Host) -> None:
    client = as_role("viewer")
    assert client.get("/api/hosts/", {"cloud": "old"}).json()["count"] == 4
    assert client.get("/api/hosts/", {"cloud": "new"}).json()["count"] == 0
    seen = client.get(address_of(host)).json()
    assert (seen["name"], seen["cloud"]) == (host.name, "old")
    assert seen["servers"] == {"ACTIVE": 6, "SHUTOFF": 2, "ERROR": 1}


def test_a_host_of_another_cloud_is_a_404(host: Host) -> None:
    answer = as_role("viewer").get(f"/api/hosts/new/{host}/")
    assert answer.status_code == 404
    assert answer.json()["fix"]


def test_a_plan_is_accepted_with_its_address_and_its_job(host: Host) -> None:
    client = as_role("operator")
    answer = post(client, address_of(host, "plans/"), action="evacuate", options={"parallel": 3})
    assert answer.status_code == 202, answer.json()
    plan = HostPlan.objects.get()
    assert answer.json()["plan"] == plan.pk
    assert answer.json()["job"] == plan.plan_job_id
    assert answer["Location"] == f"/api/host-plans/{plan.pk}/"
    told = client.get(answer["Location"]).json()
    assert told["state"] == "drafting"
    assert told["options"] == {"parallel": 3, "limit": 1800, "skip_errors": False}


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"action": "polish"}, "Unknown host action 'polish'."),
        ({"action": "evacuate", "options": {"speed": 1}}, "has no option 'speed'"),
        ({"action": "evacuate", "options": {"parallel": 0}}, "from 1 to 999999999, not 0"),
        (
            {"action": "evacuate", "options": {"parallel": "2"}},
            "from 1 to 999999999, not '2'",
        ),
        ({"action": "evacuate", "options": {"skip_errors": 1}}, "true or false, not 1"),
        ({"action": "reassign", "options": {"destination": "old"}}, "The host is already in old."),
        ({"action": "reassign", "options": {"roles": "cinder"}}, "'cinder' do not include compute"),
        ({"action": "reassign_controller", "options": {"roles": ","}}, "A node needs a role."),
        ({}, "action: This field is required."),
    ],
)
def test_what_cannot_be_planned_is_refused_with_a_fix(
    host: Host, body: dict[str, Any], sentence: str
) -> None:
    answer = post(as_role("operator"), address_of(host, "plans/"), **body)
    assert answer.status_code == 400
    assert sentence in answer.json()["error"]
    assert answer.json()["fix"]
    assert not HostPlan.objects.exists()


def test_a_plan_whose_job_has_ended_without_one_is_told_from_one_that_is_being_made(
    host: Host,
) -> None:
    plan = start_host_plan(host.cloud, host.name, action="evacuate")
    assert not plan.could_not_be_made
    Job.objects.filter(pk=plan.plan_job_id).update(state="failed")
    assert HostPlan.objects.get().could_not_be_made


def test_a_plan_is_started_once_with_the_name_that_it_asks_for(host: Host) -> None:
    client, plan = as_role("operator"), plan_for(host, READY)
    start = f"/api/host-plans/{plan.pk}/start/"
    to_type = client.get(f"/api/host-plans/{plan.pk}/").json()["to_type"]
    assert post(client, start, confirmation="compute-9").status_code == 400
    answer = post(client, start, confirmation=to_type)
    assert answer.status_code == 202, answer.json()
    job = Job.objects.get(kind="evacuate")
    assert answer["Location"] == f"/api/jobs/{job.pk}/"
    assert job.params["host_plan"] == plan.pk
    again = post(client, start, confirmation=to_type)
    assert (again.status_code, Job.objects.filter(kind="evacuate").count()) == (409, 1)


def test_a_refused_plan_is_not_started(host: Host) -> None:
    plan = plan_for(host, HostPlan.State.REFUSED)
    answer = post(as_role("operator"), f"/api/host-plans/{plan.pk}/start/", confirmation=host.name)
    assert answer.status_code == 409
    assert "last host" in answer.json()["error"]
    assert not Job.objects.filter(kind="evacuate").exists()


def test_a_plan_that_is_not_made_yet_is_not_started(host: Host) -> None:
    plan = plan_for(host, HostPlan.State.DRAFTING)
    answer = post(as_role("operator"), f"/api/host-plans/{plan.pk}/start/", confirmation=host.name)
    assert answer.status_code == 409
    assert answer.json()["fix"] == "Wait for its job."


def test_a_job_at_work_on_the_host_leaves_the_plan_ready(host: Host) -> None:
    client, plan = as_role("operator"), plan_for(host, READY)
    first = post(client, address_of(host, "maintenance/"), to="on").json()["job"]
    answer = post(client, f"/api/host-plans/{plan.pk}/start/", confirmation=host.name)
    assert answer.status_code == 409
    assert answer.json()["address"] == f"/api/jobs/{first}/"
    plan.refresh_from_db()
    assert plan.state == READY


def test_maintenance_is_on_or_off(host: Host) -> None:
    client = as_role("operator")
    assert post(client, address_of(host, "maintenance/"), to="half").status_code == 400
    answer = post(client, address_of(host, "maintenance/"), to="on")
    assert answer.status_code == 202
    assert Job.objects.get().kind == "host_maintenance"


def test_the_hosts_of_a_cloud_are_looked_at_anew(host: Host) -> None:
    answer = as_role("operator").post("/api/clouds/old/discover-hosts/")
    assert answer.status_code == 202
    assert Job.objects.get().kind == "discover_hosts"


@pytest.mark.parametrize("verb", ["plans/", "maintenance/"])
def test_a_viewer_does_nothing_to_a_host(host: Host, verb: str) -> None:
    answer = post(as_role("viewer"), address_of(host, verb), action="evacuate", to="on")
    assert answer.status_code == 403
    assert not Job.objects.exists()


def test_the_action_says_which_role_starts_it(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    plan = plan_for(host, READY)
    monkeypatch.setattr(type(all_host_actions()["evacuate"]), "permission", Action.REASSIGN)
    client = as_role("operator")
    actions = {action["name"]: action for action in client.get("/api/host-actions/").json()}
    assert actions["evacuate"]["role"] == "admin"
    answer = post(client, f"/api/host-plans/{plan.pk}/start/", confirmation=host.name)
    assert answer.status_code == 403
    assert "needs the admin role" in answer.json()["error"]
    assert not Job.objects.filter(kind="evacuate").exists()


def test_a_name_with_dots_and_other_signs_is_a_name(host: Host) -> None:
    odd = host_of(host.cloud, "rack 1+node:2@kvm")
    answer = as_role("viewer").get(address_of(odd).replace(" ", "%20"))
    assert answer.json()["name"] == odd.name
