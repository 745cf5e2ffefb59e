"""What cannot be done is one sentence with a fix, and nothing is created."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

import lab
from dashboard.errors import BadInput, Conflict, NotFound, PumphouseError
from dashboard.hosts_app.clouds import cloud_named, register_clouds
from dashboard.jobs.models import Job
from dashboard.jobs.operating import cancel
from dashboard.jobs.requester import by_api
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.lab.conftest import run

CLOSED_PORT = 9


@pytest.fixture(scope="module")
def tenant(seed):
    return seed(servers=1, volumes=0)


@pytest.fixture
def other_destination(clouds, tmp_path: Path):
    """Return a function that registers dst under another name with its configuration changed."""

    def change(name: str, edit: Callable[[dict], None]):
        entry = yaml.safe_load(lab.clouds_yaml_path().read_text())["clouds"]["dst"]
        edit(entry)
        path = tmp_path / "clouds.yaml"
        path.write_text(yaml.safe_dump({"clouds": {name: entry}}))
        path.chmod(0o600)
        register_clouds(path)
        return cloud_named(name)

    return change


def plan_to(clouds, destination, tenant) -> tuple[Plan, Job]:
    look_up_tenant(clouds["src"], tenant["name"])
    job = PlanMove().start(move_of(clouds["src"], tenant["name"], destination))
    return plan_of(job), job


def test_an_unknown_tenant_is_refused_with_the_one_that_was_meant(clouds, tenant):
    with pytest.raises(NotFound) as caught:
        look_up_tenant(clouds["src"], f"{tenant['name']}x")
    assert f"no tenant '{tenant['name']}x'" in caught.value.sentence
    assert tenant["name"] in caught.value.fix
    assert "pumphouse tenants src" in caught.value.fix


def test_a_cloud_that_does_not_answer_is_named(clouds, tenant, other_destination, monkeypatch):
    monkeypatch.setattr("dashboard.jobs.outcomes.MOST_ATTEMPTS", 1)
    dead = other_destination(
        "dead", lambda entry: entry["auth"].update(auth_url=f"http://127.0.0.1:{CLOSED_PORT}/v3")
    )
    _, job = plan_to(clouds, dead, tenant)
    step = run(job, state="failed").steps.get()
    assert "Cloud dead does not answer" in step.error
    assert "Check the address" in step.fix


def test_a_wrong_password_is_named_and_not_shown(clouds, tenant, other_destination):
    wrong = other_destination(
        "wrong", lambda entry: entry["auth"].update(password="not-the-password")
    )
    _, job = plan_to(clouds, wrong, tenant)
    step = run(job, state="failed").steps.get()
    assert "Cloud wrong refused the credentials of admin" in step.error
    assert "Correct the user, the password" in step.fix
    assert "not-the-password" not in step.error + job.explanation


def test_a_destination_without_the_external_network_blocks_the_plan(
    clouds, tenant, destination, take_inventory
):
    before = take_inventory()
    network = next(destination.list("network", "/networks", "networks", name="public"))
    path = f"/networks/{network['id']}"
    destination.put("network", path, {"network": {"name": "elsewhere"}})
    try:
        plan, job = plan_to(clouds, clouds["dst"], tenant)
        run(job)
    finally:
        destination.put("network", path, {"network": {"name": "public"}})
    assert_blocked(plan, "no network named 'public'", "map network:public=")
    assert take_inventory().ids() == before.ids()


def test_too_little_quota_blocks_the_plan(clouds, tenant, destination, take_inventory):
    before = take_inventory()
    quotas = "/os-quota-class-sets/default"
    destination.put("compute", quotas, {"quota_class_set": {"cores": 0}})
    try:
        plan, job = plan_to(clouds, clouds["dst"], tenant)
        run(job)
    finally:
        destination.put("compute", quotas, {"quota_class_set": {"cores": 20}})
    assert_blocked(plan, "1 cores", "openstack quota set")
    assert take_inventory().ids() == before.ids()


def assert_blocked(plan: Plan, sentence: str, fix: str) -> None:
    plan.refresh_from_db()
    assert plan.state == Plan.State.BLOCKED
    found = plan.findings.filter(severity="block")
    assert any(sentence in each.sentence and fix in each.fix for each in found), [*found]
    with pytest.raises(BadInput, match="blocked"):
        Execute().start(plan)


def test_a_second_job_for_a_tenant_is_refused_with_the_address_of_the_first(clouds, tenant, admin):
    _, job = plan_to(clouds, clouds["dst"], tenant)
    with pytest.raises(Conflict) as caught:
        plan_to(clouds, clouds["dst"], tenant)
    cancel(job, requester=by_api(admin))
    assert caught.value.job == job.pk
    assert isinstance(caught.value, PumphouseError)


def test_an_unknown_option_is_refused(clouds, tenant):
    with pytest.raises(BadInput, match="must be one of stop, suspend"):
        PlanMove().start(move_of(clouds["src"], tenant["name"], clouds["dst"]), capture="explode")
