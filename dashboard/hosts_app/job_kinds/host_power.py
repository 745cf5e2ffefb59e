"""The job that switches the power of a host."""

from typing_extensions import override

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power.switching import refresh_power, switch
from dashboard.jobs.events import Event, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step
from dashboard.jobs.roles import Action


class HostPower(JobKind):
    """Switches the host's power through its BMC, and stores whether it is on.

    Only failures are events: who asked for it sees its success.
    """

    name = "host_power"
    permission = Action.POWER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        host = step.job.params["host"]
        switch(host, Operation(step.action), context)
        refresh_power(cloud.hosts.filter(name=host))

    @override
    def event(self, job: Job) -> Event | None:
        return failure_event(job, about="host")
