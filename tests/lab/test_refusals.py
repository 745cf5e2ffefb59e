"""What real services refuse is one sentence with a fix, and nothing is created."""

from pathlib import Path

import pytest
import yaml

import lab
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import cloud_named, register_clouds
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.maintenance.assignments import own_assignments
from dashboard.migrations_app.maintenance.starting import start_entering
from dashboard.migrations_app.models import Plan, TenantMaintenance, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.lab.conftest import run


@pytest.fixture
def wrong_password(clouds, tmp_path: Path) -> Cloud:
    """Return the destination, registered under another name with a wrong password."""
    entry = yaml.safe_load(lab.clouds_yaml_path().read_text())["clouds"]["dst"]
    entry["auth"]["password"] = "not-the-password"
    path = tmp_path / "clouds.yaml"
    path.write_text(yaml.safe_dump({"clouds": {"wrong": entry}}))
    path.chmod(0o600)
    register_clouds(path)
    return cloud_named("wrong")


def test_a_wrong_password_is_named_and_not_shown(clouds, tenant_with_data, wrong_password):
    look_up_tenant(clouds["src"], tenant_with_data["name"])
    job = PlanMove().start(move_of(clouds["src"], tenant_with_data["name"], wrong_password))
    step = run(job, state="failed").steps.get()
    assert "Cloud wrong refused the credentials of admin" in step.error
    assert "Correct the user, the password" in step.fix
    assert "not-the-password" not in step.error + job.explanation


def test_too_little_quota_blocks_the_plan(clouds, tenant_with_data, destination, take_inventory):
    before = take_inventory()
    look_up_tenant(clouds["src"], tenant_with_data["name"])
    quotas = "/os-quota-class-sets/default"
    destination.put("compute", quotas, {"quota_class_set": {"cores": 0}})
    try:
        kept = {f"compute_quota:{tenant_with_data['name']}": "destination"}
        move = move_of(clouds["src"], tenant_with_data["name"], clouds["dst"], kept)
        plan = plan_of(run(PlanMove().start(move)))
    finally:
        destination.put("compute", quotas, {"quota_class_set": {"cores": 20}})
    assert plan.state == Plan.State.BLOCKED
    found = plan.findings.get(severity="block")
    assert "2 cores" in found.sentence and "openstack quota set" in found.fix
    with pytest.raises(BadInput, match="blocked"):
        Execute().start(plan)
    assert take_inventory().ids() == before.ids()


def test_where_no_role_is_read_only_nothing_is_changed(clouds, source, seed):
    seeded = seed(servers=0, volumes=0)
    tenant = look_up_tenant(clouds["src"], seeded["id"])
    roles = {each.key for each in own_assignments(source, tenant.project_id)}
    job = run(start_entering(tenant), state="failed")
    assert "write in network and block storage" in job.explanation
    assert {each.key for each in own_assignments(source, tenant.project_id)} == roles
    (refused_one,) = TenantMaintenance.objects.filter(project_id=tenant.project_id)
    assert refused_one.state == TenantMaintenance.State.REFUSED
