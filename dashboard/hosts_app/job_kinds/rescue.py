"""The job that starts the servers of a dead host elsewhere."""

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.rescue.steps import STEPS
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import JobState


class Rescue(JobKind):
    """Fences the host, has a server rebuilt in each step, and sees at last that they have left."""

    name = "rescue"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step stands for."""
        STEPS[step.action](step, context)

    def event(self, job: Job) -> Event | None:
        """Report that the servers run elsewhere, or what went wrong."""
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        cloud = Cloud.objects.get(pk=job.params["cloud"])
        sentence = f"Host {job.params['host']} of {cloud} was fenced; its servers run elsewhere."
        return Event(name="host.rescued", severity=Severity.SUCCESS, sentence=sentence)
