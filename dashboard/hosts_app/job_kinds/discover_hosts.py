"""The job that refreshes the hosts of a cloud."""

from typing_extensions import override

from dashboard.hosts_app.discovery import REFRESH, refresh_hosts
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power.switching import log_power
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class DiscoverHosts(JobKind):
    """Stores a cloud's hosts, their state, usage and evacuation cost, and then their power."""

    name = "discover_hosts"
    permission = Action.DISCOVER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        if step.action == REFRESH:
            context.log(f"Found {refresh_hosts(cloud)} hosts in cloud {cloud.name}.")
        else:
            log_power(cloud.hosts.all(), context)
