"""The job that looks at the hosts of a cloud."""

from dashboard.errors import BadInput
from dashboard.hosts_app.hosts import LOOK, look_at_hosts
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power import look_at_power
from dashboard.jobs.kinds import JobKind, LogLevel, StepContext
from dashboard.jobs.models import Step


class DiscoverHosts(JobKind):
    """Stores which hosts a cloud has, how they are and how full; then whether they have power."""

    name = "discover_hosts"

    def perform(self, step: Step, context: StepContext) -> None:
        """Look at the cloud that the job names, or ask the BMCs of its hosts."""
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        if step.action == LOOK:
            context.log(f"Saw {look_at_hosts(cloud)} hosts on cloud {cloud.name}.")
        else:
            _look_at_power(cloud, context)


def _look_at_power(cloud: Cloud, context: StepContext) -> None:
    """Ask the BMCs. A faulty inventory is told and does not make the look at the hosts fail."""
    try:
        context.log(look_at_power(cloud.hosts.all()))
    except BadInput as error:
        context.log(f"Asked no BMCs: {error}", level=LogLevel.WARNING)
