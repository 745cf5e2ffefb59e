"""A tenant moves while its people can only look: on the source, then on the destination."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.errors import Conflict, NeedsOperator
from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.maintenance_steps import (
    moved_project,
    on_destination,
    on_source,
)
from dashboard.migrations_app.maintenance.assignments import own_assignments
from dashboard.migrations_app.models import Plan, TenantMaintenance
from dashboard.migrations_app.seeding.cleanup import find_leftovers, remove_leftovers
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.finalize import Finalize
from dashboard.migrations_app.verbs.verify import Verify
from tests.lab.conftest import run
from tests.lab.maintenance_policies import policies_on

# tests/moves/test_maintenance.py proves the same in memory, and test_tenant_maintenance.py that
# real services obey
pytestmark = pytest.mark.matrix

ON = TenantMaintenance.State.ON
Roles = set[tuple[str, str]]


def roles_on(cloud: CloudSession, project_id: str) -> Roles:
    return {(each.actor_name, each.role_name) for each in own_assignments(cloud, project_id)}


@pytest.fixture(scope="module")
def tenant(seed: Any) -> Any:
    return seed(servers=1, volumes=0)


@pytest.fixture(scope="module")
def before(tenant: Any, source: CloudSession) -> Roles:
    return roles_on(source, tenant["id"])


@pytest.fixture(scope="module")
def plan(tenant: Any, before: Roles, plan_move: Any, destination: CloudSession) -> Iterator[Plan]:
    """The plan, executed, while the source has policies that deny the read-only role.

    The copy goes at the end: it holds a public address that the source gives to the next tenant.
    """
    with policies_on("src"):
        plan = plan_move(tenant["name"], options={"maintenance": "until_finalized"})
        run(Execute().start(plan))
        plan.refresh_from_db()
        yield plan
    copy = find_leftovers(destination, tenant=tenant["name"])
    remove_leftovers(destination, copy, report=lambda _: None)


@pytest.fixture(scope="module")
def owner(plan: Plan, tenant: Any, destination: CloudSession) -> CloudSession:
    """The tenant's owner on the destination, with the old password."""
    name = f"{tenant['name']}-owner"
    password = json.loads(Path(tenant["secrets_file"]).read_text())[name]["password"]
    (user,) = destination.list("identity", "/users", "users", name=name)
    return destination.as_user(user["id"], password=password, project_id=moved_project(plan))


def write(owner: CloudSession) -> None:
    body = {"network": {"name": "after-the-move"}}
    made = owner.post("network", "/networks", body, "network")
    owner.delete("network", f"/networks/{made['id']}")


def test_both_sides_are_in_maintenance_after_the_move(plan, owner):
    assert [held.state for held in (on_source(plan), on_destination(plan))] == [ON, ON]
    with pytest.raises(NeedsOperator, match="403"):
        write(owner)


def test_verify_is_clean_and_lets_people_in(plan, owner, tenant, destination, before):
    run(Verify().start(plan))
    plan.refresh_from_db()
    assert [*plan.differences.filter(expected=False)] == []
    with pytest.raises(Conflict, match="out of maintenance"):
        Finalize().start(plan, confirmation=plan.tenant_name)
    run(Job.objects.filter(kind="tenant_maintenance", subject=plan.subject).latest("pk"))
    assert on_destination(plan) is None
    assert roles_on(destination, moved_project(plan)) == before
    write(CloudSession(owner.access))


def test_finalize_deletes_the_source_and_ends_maintenance(
    plan, tenant, source, destination, before
):
    run(Finalize().start(plan, confirmation=plan.tenant_name))
    assert source.find("identity", f"/projects/{tenant['id']}") is None
    for server_id in tenant["servers"]:
        assert source.find("compute", f"/servers/{server_id}") is None
    assert not TenantMaintenance.objects.filter(plan=plan, state=ON).exists()
    assert roles_on(destination, moved_project(plan)) == before
