"""Hosts and tenants of a cloud of 2014 enter maintenance, by the APIs that it has."""

import copy
from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.hosts_app.evacuation.steps import plan_evacuation, start_evacuation
from dashboard.hosts_app.maintenance import OFF, start_maintenance
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.verbs.enter_maintenance import EnterMaintenance
from dashboard.migrations_app.verbs.leave_maintenance import LeaveMaintenance
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import run
from tests.support.juno.moving import FromJuno, from_juno
from tests.support.juno.tenant import ACME

pytestmark = pytest.mark.django_db(transaction=True)
FREED, OTHER = "juno-c1", "juno-c2"
HOST = "OS-EXT-SRV-ATTR:host"


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[FromJuno]:
    with from_juno(tmp_path, keystone=("v2.0",)) as clouds:
        yield clouds


def servers_of(clouds: FromJuno) -> dict[str, tuple[str, str]]:
    """Return the status and host of each server."""
    return {row["name"]: (row["status"], row[HOST]) for row in clouds.juno.state["nova"]["servers"]}


def test_a_whole_host_is_freed_and_opened_again(clouds):
    before = servers_of(clouds)
    plan = plan_evacuation(clouds.source, FREED, skip_errors=True)
    run(start_evacuation(clouds.source, plan))
    after = servers_of(clouds)
    assert {host for _, host in after.values()} == {OTHER}
    assert {name: status for name, (status, _) in after.items()} == {
        name: status for name, (status, _) in before.items()
    }
    [service] = compute_services(clouds)
    assert service["status"] == "disabled"
    assert not [line for line in clouds.juno.asked if line.startswith("DELETE") and "nova" in line]
    run(start_maintenance(clouds.source, FREED, to=OFF))
    [service] = compute_services(clouds)
    assert service["status"] == "enabled"


def compute_services(clouds: FromJuno) -> list[Json]:
    services = clouds.juno.state["nova"]["services"]
    return [each for each in services if (each["binary"], each["host"]) == ("nova-compute", FREED)]


def grants_of(clouds: FromJuno) -> list[Json]:
    grants = clouds.juno.state["keystone"]["grants"]
    return sorted((each for each in grants if each["tenant"] == ACME), key=str)


def test_a_tenant_enters_maintenance_by_keystone_v2_and_leaves_it_as_it_was(clouds):
    clouds.juno.read_only_roles = frozenset({"pumphouse-maintenance"})
    look_up_tenant(clouds.source, "acme")
    tenant = Tenant.objects.get(name="acme")
    before = copy.deepcopy(grants_of(clouds))
    run(EnterMaintenance().start(tenant, hardening=["lock_servers", "freeze_quotas"]))
    roles = {role["id"]: role["name"] for role in clouds.juno.state["keystone"]["roles"]}
    assert {roles[each["role"]] for each in grants_of(clouds)} == {"pumphouse-maintenance"}
    locked = [row["name"] for row in clouds.juno.state["nova"]["servers"] if row.get("~locked")]
    assert "web-1" in locked and "app-1" not in locked
    run(LeaveMaintenance().start(tenant))
    assert grants_of(clouds) == before
    assert not any(row.get("~locked") for row in clouds.juno.state["nova"]["servers"])
