"""Reset deletes test tenants and their copies, and creates others in the source."""

from pathlib import Path

import pytest
from django.conf import settings

from dashboard.clients.cloud_files import Settings
from dashboard.errors import Conflict, NotFound
from dashboard.jobs.models import Job
from dashboard.migrations_app import ledger, resetting
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resetting import start_reset
from dashboard.migrations_app.seeding.context import SeedCounts
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, run
from tests.support.cloud.seeds import NAME
from tests.support.cloud.sessions import operator_of
from tests.support.juno.moving import from_juno

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def _allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    monkeypatch.setattr(resetting, "configured_settings", lambda: Settings(clouds_reset=True))
    monkeypatch.setattr(resetting, "counts_of", lambda _: SeedCounts(servers=1))


def projects(cloud: MemoryCloud) -> set[str]:
    return {row["name"] for row in cloud.rows("identity/projects").values()}


def a_project(cloud: MemoryCloud, name: str, **more: object) -> str:
    body = {"project": {"name": name, **more}}
    return str(operator_of(cloud).post("identity", "/projects", body, "project")["id"])


def test_without_leave_of_the_configuration_there_is_no_reset(clouds: TwoClouds) -> None:
    with pytest.raises(NotFound, match="not allowed"):
        start_reset()
    assert as_role("admin").post("/reset").status_code == 404
    assert not Job.objects.exists()


@pytest.mark.usefixtures("_allowed")
def test_only_test_tenants_go_and_new_ones_come_in_the_source(
    clouds: TwoClouds, monkeypatch: pytest.MonkeyPatch
) -> None:
    a_project(clouds.old, "pumphouse-demo-0a1b2c")
    a_project(clouds.old, "pumphouse-prod")
    copy = a_project(clouds.new, "pumphouse-copy")
    monkeypatch.setattr(ledger, "created_in", lambda cloud: {copy} if cloud.name == "new" else {})
    answer = as_role("admin").post("/reset")
    assert answer.status_code == 202, answer.json()
    job = run(Job.objects.get(pk=answer.json()["job"]))
    assert not {"pumphouse-demo-0a1b2c"} & projects(clouds.old)
    assert {NAME, "pumphouse-prod"} < projects(clouds.old)
    assert "pumphouse-copy" not in projects(clouds.new)
    (made,) = job.steps.filter(action="setup").values_list("params__name", flat=True)
    assert made in projects(clouds.old)


@pytest.mark.usefixtures("_allowed")
def test_a_source_that_can_have_none_loses_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with from_juno(tmp_path, keystone=("v2.0",)) as clouds:
        sides = {"source": clouds.source, "destination": clouds.destination}
        monkeypatch.setattr(resetting, "side_named", sides.__getitem__)
        a_project(clouds.new, "pumphouse-demo-0a1b2c")
        tenants = clouds.juno.state["keystone"]["tenants"]
        tenants.append({"id": "0a1b2c", "name": "pumphouse-demo-0a1b2c", "enabled": True})
        job = run(start_reset(), state="failed")
        assert "pumphouse-demo-0a1b2c" in {tenant["name"] for tenant in tenants}
        assert "pumphouse-demo-0a1b2c" in projects(clouds.new)
    (refused,) = job.steps.exclude(error="")
    assert refused.error.endswith("cloud juno has no Keystone v3 and no Neutron.")
    assert refused.fix == "Make a tenant there by hand, then move it as any other."


@pytest.mark.usefixtures("_allowed")
def test_a_test_tenant_that_moves_keeps_reset_away() -> None:
    old, new = rows.two_clouds()
    plan = rows.plan_of(rows.tenant_of(old), new)
    Plan.objects.filter(pk=plan.pk).update(tenant_name="pumphouse-demo-0a1b2c")
    Job.objects.all().delete()
    job = Job.objects.create(
        kind="execute", title="Move it", subject=plan.subject, active_subject=plan.subject
    )
    with pytest.raises(Conflict) as refused:
        start_reset()
    assert refused.value.job == job.pk
