"""The job that refreshes the environments of Fuel."""

from dashboard.hosts_app.fuel.environments import KIND, refresh_environments
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class DiscoverEnvironments(JobKind):
    """Makes clouds from environments, and stores what is new about them."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Refresh them, and log what has changed."""
        for news in refresh_environments() or ["Nothing has changed in Fuel."]:
            context.log(news)
