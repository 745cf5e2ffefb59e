"""Finalize: deletes a moved tenant from the source."""

from collections.abc import Mapping
from typing import Any

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.errors import PumphouseError, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.execution.finalize import deleted_objects, deletion_steps
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.maintenance_steps import on_destination
from dashboard.migrations_app.execution.skipping import count_begun
from dashboard.migrations_app.execution.verify import count_unexpected, is_verified
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.stretch.work import before_removals, parted_objects, under_way
from dashboard.migrations_app.verbs.base import PlanVerb, ProgressStep, progress_of_job


class Finalize(PlanVerb):
    """Deletes the source of a move that is complete and was verified since."""

    name = "finalize"
    title = "Finalize"
    effect = "Delete the tenant's objects in the source. This cannot be undone."
    order = 50
    confirmation = "the tenant's name"
    button = "Delete"
    icon = "trash"

    @override
    def warning(self, target: Plan) -> str:
        but = all_but(target)
        kept = f" The source keeps what was left out, and what that needs: {but}." if but else ""
        return (
            f"These objects are deleted from the source {target.source}, with their data. This "
            f"cannot be undone, and afterwards there is no rollback.{kept}"
        )

    @override
    def touched(self, target: Plan) -> list[str]:
        return [*deleted_objects(target), *parted_objects(target)]

    @override
    def plan_refusal(self, plan: Plan) -> PumphouseError | None:
        if plan.state == Plan.State.FINALIZED:
            return WrongState(
                f"{plan.tenant_name} has been deleted from {plan.source} already.",
                fix="Nothing is left to be done.",
            )
        if plan.state != Plan.State.EXECUTED:
            return WrongState(
                f"The move of {plan.tenant_name} is not complete: the plan is "
                f"{plan.get_state_display().lower()}.",
                fix="Execute all of it and verify it first.",
            )
        return _not_put_back(plan) or _unverified(plan) or _in_maintenance(plan) or under_way(plan)

    @override
    def progress(self, plan: Plan, job: Job | None) -> ProgressStep | None:
        if plan.state == Plan.State.FINALIZED:
            words = f"Deleted from the source{all_but(plan, before=', ')}"
            return ProgressStep(self.title, "done", words)
        return progress_of_job(self.title, job, otherwise="Not deleted from the source yet")

    @override
    def launch(self, target: Plan, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_job(
            kind=self.name,
            title=f"Delete {target.tenant_name} from {target.source}",
            subject=target.subject,
            steps=before_removals(target, deletion_steps(target)),
            params={"plan": target.pk},
            requester=requester,
        )


def _not_put_back(plan: Plan) -> WrongState | None:
    if count := count_begun(plan):
        return WrongState(
            f"{count} object{pluralize(count)} that {pluralize(count, 'was,were')} left out "
            f"{pluralize(count, 'has,have')} been begun to move.",
            fix=f"Plan again with the same choices and execute: that puts "
            f"{pluralize(count, 'it,them')} back as {pluralize(count, 'it was,they were')}.",
        )
    return None


def _unverified(plan: Plan) -> WrongState | None:
    if not is_verified(plan):
        return WrongState(
            "The move has not been verified since it was last executed.", fix="Verify it first."
        )
    if count := count_unexpected(plan):
        return WrongState(
            f"The last verify found {count} unexpected difference{pluralize(count)}.",
            fix=f"Fix {pluralize(count, 'it,them')} and verify again, or accept "
            f"{pluralize(count, 'it,them')} with a reason.",
        )
    return None


def _in_maintenance(plan: Plan) -> WrongState | None:
    """Return that the moved tenant's users are still kept out, None when they are not."""
    if on_destination(plan) is None:
        return None
    return WrongState(
        f"{plan.tenant_name} of {plan.destination} is in maintenance: its users cannot work.",
        fix="Take the tenant out of maintenance first; a clean verify does that too.",
    )
