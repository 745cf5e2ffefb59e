"""The job that looks at the environments of Fuel."""

from dashboard.hosts_app.fuel.environments import KIND, look_at_environments
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class DiscoverEnvironments(JobKind):
    """Makes clouds from environments, and stores what is new about them."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Look, and say in the log what is new."""
        for news in look_at_environments() or ["Saw nothing new in Fuel."]:
            context.log(news)
