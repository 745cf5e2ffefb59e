"""The job that refreshes the hosts of a cloud."""

from dashboard.hosts_app.discovery import REFRESH, refresh_hosts
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power.switching import log_power
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class DiscoverHosts(JobKind):
    """Stores which hosts a cloud has, how they are and how full; then whether they have power."""

    name = "discover_hosts"

    def perform(self, step: Step, context: StepContext) -> None:
        """Read the cloud that the job names, or ask the BMCs of its hosts."""
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        if step.action == REFRESH:
            context.log(f"Found {refresh_hosts(cloud)} hosts in cloud {cloud.name}.")
        else:
            log_power(cloud.hosts.all(), context)
