"""Which stages of a plan a rollback undoes."""

import pytest

from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.rollback import backward_steps
from dashboard.migrations_app.models import Plan
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan() -> Plan:
    old, new = rows.two_clouds()
    return rows.plan_of(rows.tenant_of(old), new)


def begun_step(plan: Plan, **fields: object) -> Step:
    """Return the step that boots a server, as it stands in a job that was cancelled."""
    item = plan.items.filter(type="server", action="create").first()
    assert item is not None
    job = Job.objects.create(kind="execute", subject=plan.subject, state=JobState.CANCELLED)
    rows.ledger_of(plan)
    plan.ledger_entries.filter(type=item.type, source_id=item.source_id).update(
        state="intended", destination_id="", stages=[], stage_data={"creating": True}
    )
    key = f"server:{item.source_id}:create"
    return Step.objects.create(job=job, key=key, action="create", ordinal=1, **fields)


@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({"attempt": 1}, id="tried"),
        pytest.param({"attempt": 0, "resumed": True}, id="broken off by a cancellation"),
    ],
)
def test_a_create_call_that_may_have_been_made_is_undone(plan, fields):
    step = begun_step(plan, **fields)
    assert step.key in {each.key for each in backward_steps(plan)}


def test_a_step_that_never_began_is_not_undone(plan):
    step = begun_step(plan, attempt=0)
    assert step.key not in {each.key for each in backward_steps(plan)}


def test_what_a_later_plan_kept_as_moved_already_is_undone_with_it(plan):
    rows.ledger_of(plan)
    item = plan.items.filter(type="image", action="create").first()
    plan.ledger_entries.filter(source_id=item.source_id).update(stages=["create"])
    plan.items.filter(pk=item.pk).update(action="keep")
    assert f"image:{item.source_id}:create" in {each.key for each in backward_steps(plan)}
