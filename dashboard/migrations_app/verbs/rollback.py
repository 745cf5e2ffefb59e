"""Rollback: undoes what a plan has done."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.execution.backward import returns_source
from dashboard.migrations_app.execution.hook_steps import around_rollback as between_hooks
from dashboard.migrations_app.execution.maintenance_steps import around_rollback
from dashboard.migrations_app.execution.rollback import (
    backward_steps,
    can_be_undone,
)
from dashboard.migrations_app.execution.rollback_preview import effects
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.work import before_removals, parted_objects, under_way
from dashboard.migrations_app.verbs.base import PlanVerb


class Rollback(PlanVerb):
    """Removes what a plan created, and nothing else, and puts the source back as it was."""

    name = "rollback"
    title = "Roll back"
    effect = "Remove what this plan created and put the source back as it was."
    order = 40
    confirmation = "the tenant's name"
    button = "Roll back"
    icon = "undo"

    @override
    def warning(self, target: Plan) -> str:
        return (
            f"First {target.source} is put back as it was: servers run again, floating IPs return. "
            f"Then what this plan created is removed from {target.destination}, and nothing else. "
            "What others use by now is kept. What users have written on "
            f"{target.destination} since cutover is lost: {target.source} goes on with the data "
            "that it had when its servers stopped."
        )

    @override
    def touched(self, target: Plan) -> list[str]:
        return [*effects(target), *parted_objects(target)]

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state == Plan.State.FINALIZED:
            return WrongState(
                f"The move of {plan.tenant_name} is final: its source has been deleted.",
                fix="Plan a move in the other direction.",
            )
        if can_be_undone(plan):
            return under_way(plan)
        return WrongState(
            f"Plan {plan.pk} has done nothing that could be undone.", fix=_where_to_roll_back(plan)
        )

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_job(
            kind=self.name,
            title=f"Roll back the move of {target.tenant_name}",
            subject=target.subject,
            steps=between_hooks(
                target,
                before_removals(
                    target,
                    around_rollback(target, backward_steps(target)),
                    unless=returns_source,
                ),
            ),
            params={"plan": target.pk},
            requester=requester,
        )


def _where_to_roll_back(plan: Plan) -> str:
    others = Plan.objects.filter(source=plan.source, tenant_id=plan.tenant_id).exclude(pk=plan.pk)
    for other in others:
        if can_be_undone(other):
            return f"Plan {other.pk} has: roll that one back."
    return "There is nothing to roll back."
