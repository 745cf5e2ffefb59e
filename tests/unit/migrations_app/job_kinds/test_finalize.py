"""A tenant that was deleted from the source is shown there no more."""

import pytest
from django.test import Client

from dashboard.jobs.states import JobState
from dashboard.migrations_app.job_kinds.finalize import Finalize
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    rows.tenant_of(old, name="another")
    return rows.plan_of(rows.tenant_of(old), new)


def finalize(plan: Plan, state: JobState) -> list[str]:
    Finalize().on_finished(rows.job_of(plan, state, kind="finalize"))
    return [tenant.name for tenant in plan.source.tenants.all()]


def test_it_leaves_the_list_of_the_source_and_nobody_else_does(plan):
    assert finalize(plan, JobState.DONE) == ["another"]


def test_it_stays_in_the_list_while_something_is_left(plan):
    assert finalize(plan, JobState.FAILED) == ["another", "demo"]


def test_its_plan_does_not_lead_to_a_page_that_is_gone(plan, client: Client):
    client.force_login(rows.user_with("viewer"))
    page = f"/tenants/{plan.source.name}/{plan.tenant_id}/"
    assert page in client.get(f"/plans/{plan.pk}/").content.decode()
    finalize(plan, JobState.DONE)
    assert page not in client.get(f"/plans/{plan.pk}/").content.decode()
