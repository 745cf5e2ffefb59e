"""The job that puts a host into maintenance or takes it out."""

from dashboard.hosts_app.hosts import look_at_hosts
from dashboard.hosts_app.maintenance import change_maintenance
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class HostMaintenance(JobKind):
    """Disables or enables the host's nova-compute."""

    name = "host_maintenance"

    def perform(self, step: Step, context: StepContext) -> None:
        """Do it, and store how the hosts are then."""
        params = step.job.params
        cloud = Cloud.objects.get(pk=params["cloud"])
        context.log(change_maintenance(cloud, params["host"], to=step.action))
        look_at_hosts(cloud)
