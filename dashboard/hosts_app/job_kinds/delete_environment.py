"""The job that deletes an environment from Fuel."""

from typing_extensions import override

from dashboard.hosts_app.environments.deletion import KIND, STEPS
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class DeleteEnvironment(JobKind):
    """Deletes an environment without nodes, then refreshes the environments."""

    name = KIND
    permission = Action.REASSIGN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        STEPS[step.action](step, context)
