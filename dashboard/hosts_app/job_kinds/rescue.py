"""The job that starts the servers of a dead host elsewhere."""

from dashboard.hosts_app.rescue import STEPS
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class Rescue(JobKind):
    """Fences the host, has a server rebuilt in each step, and sees at last that they have left."""

    name = "rescue"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)
