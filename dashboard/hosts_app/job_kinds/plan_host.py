"""The job that plans what would be done to a host."""

from django.template.defaultfilters import pluralize
from typing_extensions import override

from dashboard.hosts_app.models import HostPlan
from dashboard.hosts_app.plans.host_plans import continue_with_action, draft_host_plan
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action


class PlanHost(JobKind):
    """Reads the clouds, and stores the plan that the job names."""

    name = "plan_host"
    permission = Action.PLAN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        plan = HostPlan.objects.select_related("cloud").get(pk=step.job.params["host_plan"])
        draft_host_plan(plan)
        what = f"{len(plan.lines)} line{pluralize(plan.lines)}"
        context.log(f"Planned {plan.host}: {what}, {plan.get_state_display().lower()}.")

    @override
    def on_finished(self, job: Job) -> None:
        continue_with_action(job)
