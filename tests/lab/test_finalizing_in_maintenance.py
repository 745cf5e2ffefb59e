"""A tenant that moves in maintenance leaves it in time, and its source can be deleted."""

from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.maintenance_steps import (
    moved_project,
    on_destination,
    on_source,
)
from dashboard.migrations_app.models import Plan, TenantMaintenance
from dashboard.migrations_app.seeding.cleanup import find_leftovers, remove_leftovers
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.finalize import Finalize
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.lab.maintenance_policies import policies_on
from tests.lab.test_migration_in_maintenance import Roles, roles_on

ON = TenantMaintenance.State.ON


@pytest.fixture(scope="module", autouse=True)
def _policies() -> Any:
    with policies_on("src"):
        yield


def executed(plan_move: Any, tenant: Any, option: str) -> Plan:
    plan: Plan = plan_move(tenant["name"], options={"maintenance": option})
    run(Execute().start(plan))
    plan.refresh_from_db()
    return plan


@pytest.fixture
def tenant(seed: Any, destination: CloudSession) -> Iterator[Any]:
    """A tenant whose copy goes with the test: it holds a public address that the source gives to
    the next tenant."""
    tenant = seed(servers=0, volumes=0)
    yield tenant
    remove_leftovers(
        destination, find_leftovers(destination, tenant=tenant["name"]), report=lambda _: None
    )


def verified_and_finalized(plan: Plan) -> None:
    run(Verify().start(plan))
    run(Job.objects.filter(kind="tenant_maintenance", subject=plan.subject).latest("pk"))
    plan.refresh_from_db()
    run(Finalize().start(plan, confirmation=plan.tenant_name))


def assert_only_the_copy_is_there(
    plan: Plan, source: CloudSession, destination: CloudSession, before: Roles
) -> None:
    assert source.find("identity", f"/projects/{plan.tenant_id}") is None
    assert not TenantMaintenance.objects.filter(plan=plan, state=ON).exists()
    assert roles_on(destination, moved_project(plan)) == before


def test_while_moving_ends_on_the_source_with_the_move(
    tenant: Any, plan_move: Any, source: CloudSession, destination: CloudSession
) -> None:
    before = roles_on(source, tenant["id"])
    plan = executed(plan_move, tenant, "while_moving")
    assert on_source(plan) is None
    assert roles_on(source, tenant["id"]) == before
    held = on_destination(plan)
    assert held and held.state == ON
    verified_and_finalized(plan)
    assert_only_the_copy_is_there(plan, source, destination, before)


def test_until_finalized_ends_when_the_source_is_deleted(
    tenant: Any, plan_move: Any, source: CloudSession, destination: CloudSession
) -> None:
    before = roles_on(source, tenant["id"])
    plan = executed(plan_move, tenant, "until_finalized")
    held = on_source(plan)
    assert held and held.state == ON
    verified_and_finalized(plan)
    assert on_source(plan) is None
    assert_only_the_copy_is_there(plan, source, destination, before)
