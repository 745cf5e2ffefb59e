"""The job that refreshes a cloud."""

from typing_extensions import override

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action
from dashboard.migrations_app.discovery import look_at


class Discover(JobKind):
    """Stores what a cloud offers and which tenants it has."""

    name = "discover"
    permission = Action.DISCOVER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        cloud = Cloud.objects.get(pk=step.job.params["cloud"])
        count = look_at(cloud)
        context.log(f"Found {count} tenants on cloud {cloud.name}.")
