"""The job that frees a host."""

from dashboard.hosts_app.evacuation import STEPS, reopen
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step


class Evacuate(JobKind):
    """Closes the host, moves a server in each step, and sees at last that it is empty."""

    name = "evacuate"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)

    def concluded(self, job: Job) -> None:
        """Open the host again unless it is free now."""
        reopen(job)
