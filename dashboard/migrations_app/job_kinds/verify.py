"""The job that verifies a move."""

from typing_extensions import override

from dashboard.jobs.kinds import JobKind, LogLevel, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import requester_of
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState
from dashboard.migrations_app.execution.maintenance_steps import leave_when_verified
from dashboard.migrations_app.execution.verify import Verifier, count_unexpected
from dashboard.migrations_app.models import plan_of


class Verify(JobKind):
    """Compares both clouds and stores the differences."""

    name = "verify"
    permission = Action.VERIFY

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Compare, and log how many differences there are."""
        plan = plan_of(step.job)
        sentence = Verifier(plan, context).compare(step.job)
        level = LogLevel.WARNING if count_unexpected(plan) else LogLevel.SUCCESS
        context.log(sentence, level=level)

    @override
    def on_finished(self, job: Job) -> None:
        """Leave maintenance on the destination, if the plan holds it until a clean verify."""
        if job.state == JobState.DONE:
            leave_when_verified(plan_of(job), requester_of(job))
