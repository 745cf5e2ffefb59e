"""The job that rebuilds the servers of a dead host on other hosts."""

from typing_extensions import override

from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.rescue.steps import STEPS
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class Rescue(JobKind):
    """Fences the host, rebuilds a server in each step, and checks that all have left."""

    name = "rescue"
    permission = Action.POWER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        STEPS[step.action](step, context)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        cloud = Cloud.objects.get(pk=job.params["cloud"])
        sentence = (
            f"Host {job.params['host']} of {cloud} was fenced; its servers now run on other hosts."
        )
        return Event(name="host.rescued", severity=Severity.SUCCESS, sentence=sentence)
