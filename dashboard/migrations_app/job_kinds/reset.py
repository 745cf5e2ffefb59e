"""The job that deletes the test tenants of both clouds and creates new ones."""

from typing_extensions import override

from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action
from dashboard.migrations_app.resetting import KIND, perform_step


class Reset(JobKind):
    """Deletes test tenants and creates others."""

    name = KIND
    permission = Action.FINALIZE

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        perform_step(step, context)
