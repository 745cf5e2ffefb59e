"""The job that plans a copy of an environment of Fuel."""

from typing_extensions import override

from dashboard.hosts_app.environments.duplicating import (
    PLAN_KIND,
    draft_environment_plan,
)
from dashboard.hosts_app.models import EnvironmentPlan
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class PlanEnvironment(JobKind):
    """Reads Fuel, and stores the plan that the job names."""

    name = PLAN_KIND
    permission = Action.PLAN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        plans = EnvironmentPlan.objects.select_related("environment")
        plan = plans.get(pk=step.job.params["environment_plan"])
        draft_environment_plan(plan)
        state = plan.get_state_display().lower()
        context.log(f"Planned {plan.name}: {len(plan.lines)} lines, {state}.")
