"""The job that evacuates a host."""

from typing_extensions import override

from dashboard.hooks.calling import call_hook
from dashboard.hooks.steps import is_hook
from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.evacuation.steps import CHECK, STEPS, reopen
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class Evacuate(JobKind):
    """Closes the host, moves a server in each step, and checks that it is empty."""

    name = "evacuate"
    permission = Action.MAINTAIN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        if is_hook(step):
            call_hook(step, context)
            return
        perform_evacuation_step(step, context)

    @override
    def on_finished(self, job: Job) -> None:
        reopen(job)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        cloud = Cloud.objects.get(pk=job.params["cloud"])
        sentence = f"Host {job.params['host']} of {cloud} was evacuated and is now in maintenance."
        return Event(name="host.evacuated", severity=Severity.SUCCESS, sentence=sentence)


def perform_evacuation_step(step: Step, context: StepContext) -> None:
    """Perform a step of an evacuation, which other kinds of jobs begin with too.

    Once the host is empty, the rows of the cloud's hosts are refreshed.
    """
    STEPS[step.action](step, context)
    if step.action == CHECK:
        refresh_hosts(Cloud.objects.get(pk=step.job.params["cloud"]))
