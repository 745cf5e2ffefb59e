"""The job that plans what would be done to a host."""

from dashboard.hosts_app.host_plans import draft_host_plan
from dashboard.hosts_app.models import HostPlan
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class PlanHost(JobKind):
    """Stores what would be done to a host and what stands in the way."""

    name = "plan_host"

    def perform(self, step: Step, context: StepContext) -> None:
        """Read the clouds, and store the plan that the job names."""
        plan = HostPlan.objects.select_related("cloud").get(pk=step.job.params["plan"])
        draft_host_plan(plan)
        context.log(f"Planned {len(plan.lines)} lines: {plan.get_state_display().lower()}.")
