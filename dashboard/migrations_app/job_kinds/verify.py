"""The job that verifies a move."""

from dashboard.jobs.kinds import JobKind, LogLevel, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.maintenance_steps import leave_when_verified
from dashboard.migrations_app.execution.verify import Verifier
from dashboard.migrations_app.models import Plan


class Verify(JobKind):
    """Compares both clouds and stores the differences."""

    name = "verify"

    def perform(self, step: Step, context: StepContext) -> None:
        """Compare, and say how many differences the plan had not named."""
        plan = Plan.objects.select_related("source", "destination").get(pk=step.job.params["plan"])
        unnamed, named = Verifier(plan, context).compare(step.job)
        context.log(
            f"Found {unnamed} differences that the plan had not named, and {named} that it had.",
            level=LogLevel.WARNING if unnamed else LogLevel.SUCCESS,
        )

    def on_finished(self, job: Job) -> None:
        """Have people in on the destination, where the plan keeps them out until this is clean."""
        if job.state == JobState.DONE:
            plans = Plan.objects.select_related("source", "destination")
            leave_when_verified(plans.get(pk=job.params["plan"]), job)
