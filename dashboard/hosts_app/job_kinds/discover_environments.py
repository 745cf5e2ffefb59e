"""The job that refreshes the environments of Fuel."""

from typing_extensions import override

from dashboard.hosts_app.fuel.environments import KIND, refresh_environments
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class DiscoverEnvironments(JobKind):
    """Stores the environments of Fuel, their clouds, and what has changed."""

    name = KIND
    permission = Action.DISCOVER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        for news in refresh_environments() or ["Nothing has changed in Fuel."]:
            context.log(news)
