"""A tenant moves in maintenance: who is let in where, until when, on clouds in memory."""

import pytest

from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.migrations_app.execution.maintenance_steps import (
    moved_project,
    on_destination,
    on_source,
)
from dashboard.migrations_app.maintenance.assignments import own_assignments
from dashboard.migrations_app.models import Plan, TenantMaintenance
from dashboard.migrations_app.verbs.finalize import Finalize
from tests.support.cloud.moving import TwoClouds, fresh, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
ON = TenantMaintenance.State.ON
Roles = set[tuple[str, str]]


def roles(clouds: TwoClouds, plan: Plan) -> tuple[Roles, Roles]:
    """Return who has which role on the tenant, on the source and on the destination."""
    sides = (
        (clouds.source_session, plan.tenant_id),
        (clouds.destination_session, moved_project(plan)),
    )
    found = [
        {(each.actor_name, each.role_name) for each in own_assignments(cloud, project)}
        for cloud, project in sides
    ]
    return found[0], found[1]


def moved(clouds: TwoClouds, option: str) -> tuple[Plan, Roles]:
    """Move the tenant in maintenance; return its plan, and its roles before."""
    plan = clouds.plan(NAME, maintenance=option)
    before = roles(clouds, plan)[0]
    clouds.execute(plan)
    return fresh(plan), before


def let_in(clouds: TwoClouds, plan: Plan) -> None:
    """Verify, which starts the job that ends maintenance on the destination, and run that job."""
    assert clouds.verify(plan) == []
    run(Job.objects.filter(kind="tenant_maintenance", subject=plan.subject).latest("pk"))


def test_while_moving_ends_on_the_source_with_the_move(clouds):
    plan, before = moved(clouds, "while_moving")
    assert on_source(plan) is None
    held = on_destination(plan)
    assert held and held.state == ON
    there = roles(clouds, plan)
    assert there[0] == before and there[1] != before
    let_in(clouds, plan)
    assert on_destination(plan) is None
    assert roles(clouds, plan) == (before, before)
    clouds.finalize(plan)
    assert fresh(plan).state == Plan.State.FINALIZED


def test_until_finalized_keeps_people_out_of_the_source_until_it_is_deleted(clouds):
    plan, before = moved(clouds, "until_finalized")
    assert [held.state for held in (on_source(plan), on_destination(plan)) if held] == [ON, ON]
    with pytest.raises(BadInput):
        Finalize().start(plan, confirmation=plan.tenant_name)
    let_in(clouds, plan)
    on_old, on_new = roles(clouds, plan)
    assert on_new == before and on_old != before
    clouds.finalize(plan)
    assert not TenantMaintenance.objects.filter(plan=plan, state=ON).exists()


def test_a_rollback_gives_the_roles_on_the_source_back(clouds):
    plan, before = moved(clouds, "until_finalized")
    clouds.roll_back(plan)
    assert on_source(plan) is None
    source = own_assignments(clouds.source_session, plan.tenant_id)
    assert {(each.actor_name, each.role_name) for each in source} == before
