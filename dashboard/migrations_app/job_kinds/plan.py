"""The job that plans the move of a tenant."""

from typing_extensions import override

from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import requester_of
from dashboard.jobs.roles import Action
from dashboard.migrations_app.migrating import continue_migration
from dashboard.migrations_app.models import plan_of
from dashboard.migrations_app.planning.drafting import Planner
from dashboard.migrations_app.planning.os_migrate.moving import apply_files


class PlanKind(JobKind):
    """Reads both clouds and stores the plan with its findings."""

    name = "plan"
    permission = Action.PLAN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Draft the plan and freeze it; nothing is stored until all was read."""
        plan = plan_of(step.job)
        apply_files(plan)
        planner = Planner(plan, context, requester=requester_of(step.job))
        planner.draft()
        planner.store()
        context.log(f"Planned {plan.items.count()} objects: {plan.get_state_display().lower()}.")

    @override
    def on_finished(self, job: Job) -> None:
        continue_migration(job)
