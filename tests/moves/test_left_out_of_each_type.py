"""The contract of every registered resource type: an object that is left out is not touched.

On two clouds in memory, from the plan to the end of finalizing. A new type is found by itself.
"""

from collections.abc import Iterator

import pytest

from dashboard.migrations_app.execution import identities
from dashboard.migrations_app.execution.finalize import deletion_steps, finalize_item
from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.contents import contents
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.planned import CREATING, TYPES
from tests.support.cloud.single_moves import Move, context, draft_plan


@pytest.fixture(params=[name for name in TYPES if name != "project"])
def left_out(request, planned: tuple[TwoClouds, Plan]) -> Iterator[Move]:
    """Return the move of a tenant of which one object is left out; all is put back afterwards."""
    clouds, plan = planned
    items = plan.items.filter(type=request.param)
    sample = items.filter(action="create").first() or items.first()
    assert sample, f"The test tenant has no {request.param}."
    type_ = resource_type(request.param)
    with Move(clouds=clouds, plan=plan, type=type_).kept():
        tenant = TenantRef(plan.tenant_id, plan.tenant_name)
        choices = {**CREATING, f"{request.param}:{sample.source_id}": "skip"}
        again = draft_plan(clouds, tenant, choices)
        # the number of the plan before this one, whose sessions are kept
        identities._identities.cache_clear()
        yield Move(clouds=clouds, plan=again, type=type_)


def finalize(plan: Plan) -> None:
    items = {item.pk: item for item in plan.items.select_related("plan")}
    for step in deletion_steps(plan):
        if "item" in step.params:
            finalize_item(items[step.params["item"]], context())


def rows_of(content: Json, item: PlanItem) -> Json:
    """Return what a cloud has under the id of an object, by collection."""
    return {name: rows[item.source_id] for name, rows in content.items() if item.source_id in rows}


def test_of_what_is_left_out_nothing_is_created_and_nothing_deleted(left_out):
    plan, old = left_out.plan, left_out.clouds.old
    before = contents(old)
    skipped = [*plan.items.exclude(left_out_by="")]
    assert left_out.type.name in {item.type for item in skipped}
    left_out.do_everything()
    assert all(rows_of(contents(old), each) == rows_of(before, each) for each in skipped)
    finalize(plan)
    after = contents(old)
    assert all(rows_of(after, each).keys() == rows_of(before, each).keys() for each in skipped)
    made = plan.ledger_entries.filter(origin="created")
    assert not {(entry.type, entry.source_id) for entry in made} & {
        (item.type, item.source_id) for item in skipped
    }
