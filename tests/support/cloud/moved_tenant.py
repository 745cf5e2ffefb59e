"""The seeded tenant planned and moved step by step, after a test has changed something of it."""

from collections.abc import Mapping

from dashboard.migrations_app.models import Plan, PlanItem
from dashboard.migrations_app.resources.reader import TenantRef
from dashboard.migrations_app.resources.registry import resource_type
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.cloud.single_moves import Move, draft_plan


def draft(clouds: TwoClouds, *, options: Mapping[str, str] | None = None, **choices: str) -> Plan:
    """Return the plan of the seeded tenant's move."""
    project = clouds.old.identity.projects.where(name=NAME)[0]
    return draft_plan(clouds, TenantRef(project["id"], NAME), choices, options)


def executed(clouds: TwoClouds, plan: Plan, type_name: str) -> Move:
    """Execute the plan and return the move of that type's objects."""
    move = Move(clouds=clouds, plan=plan, type=resource_type(type_name))
    move.do_everything()
    return move


def unexpected(move: Move, item: PlanItem) -> set[str]:
    """Return the fields in which the copy differs and the plan names no loss."""
    return {each.field for each in move.differences(item)} - {x["field"] for x in item.losses}


def blocks(plan: Plan) -> str:
    """Return the sentences and the fixes of all that blocks a plan."""
    found = plan.findings.filter(severity="block").values_list("sentence", "fix")
    return " ".join(f"{sentence} {fix}" for sentence, fix in found)
