"""The job that deletes an environment from Fuel."""

from dashboard.hosts_app.environments.deletion import KIND, STEPS
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class DeleteEnvironment(JobKind):
    """Deletes an environment without nodes, and stores what is left."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)
