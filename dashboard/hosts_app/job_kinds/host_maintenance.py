"""The job that puts a host into maintenance or ends that."""

from typing_extensions import override

from dashboard.hosts_app.discovery import refresh_hosts
from dashboard.hosts_app.maintenance import ON, change_maintenance
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.events import Event, Severity, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action
from dashboard.jobs.states import JobState


class HostMaintenance(JobKind):
    """Disables or enables the host's nova-compute, then refreshes the cloud's hosts."""

    name = "host_maintenance"
    permission = Action.MAINTAIN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        params = step.job.params
        cloud = Cloud.objects.get(pk=params["cloud"])
        context.log(change_maintenance(cloud, params["host"], to=step.action))
        refresh_hosts(cloud)

    @override
    def event(self, job: Job) -> Event | None:
        if job.state != JobState.DONE:
            return failure_event(job, about="host")
        verb = "entered" if job.steps.filter(action=ON).exists() else "left"
        cloud = Cloud.objects.get(pk=job.params["cloud"])
        return Event(
            name=f"host.{verb}_maintenance",
            severity=Severity.SUCCESS,
            sentence=f"Host {job.params['host']} of {cloud} {verb} maintenance.",
        )
