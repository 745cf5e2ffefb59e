"""The job that switches the power of a host."""

from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power.switching import refresh_power, switch
from dashboard.jobs.events import Event, failure_event
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Job, Step


class HostPower(JobKind):
    """Switches the host through its BMC, and stores whether it has power then."""

    name = "host_power"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do what the step is named after."""
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        host = step.job.params["host"]
        switch(host, Operation(step.action), context)
        refresh_power(cloud.hosts.filter(name=host))

    def event(self, job: Job) -> Event | None:
        """Report what went wrong; that it went well sees who asked for it."""
        return failure_event(job, about="host")
