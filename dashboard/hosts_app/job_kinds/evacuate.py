"""The job that frees a host."""

from dashboard.hosts_app.evacuation.steps import STEPS, reopen
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState


class Evacuate(JobKind):
    """Closes the host, moves a server in each step, and sees at last that it is empty."""

    name = "evacuate"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)

    def on_finished(self, job: Job) -> None:
        """Open the host again unless it is free now."""
        reopen(job)

    def event(self, job: Job) -> Event | None:
        """Report that the host is free, or what went wrong."""
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        cloud = Cloud.objects.get(pk=job.params["cloud"])
        sentence = f"Host {job.params['host']} of {cloud} was evacuated and is in maintenance now."
        return Event(name="host.evacuated", severity=Severity.SUCCESS, sentence=sentence)
