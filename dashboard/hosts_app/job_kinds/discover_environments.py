"""The job that refreshes the environments of Fuel."""

from typing_extensions import override

from dashboard.hosts_app.fuel.accounts import end_access_of_gone
from dashboard.hosts_app.fuel.environments import KIND, refresh_environments
from dashboard.hosts_app.fuel.masters import configured_fuel
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import LogLevel, Step
from dashboard.jobs.roles import Action


class DiscoverEnvironments(JobKind):
    """Stores the environments of Fuel, their clouds, and what has changed.

    It also logs out accounts that Fuel no longer has: the schedule runs it every ten minutes.
    """

    name = KIND
    permission = Action.DISCOVER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        for line in end_access_of_gone(configured_fuel()):
            context.log(line, level=LogLevel.WARNING)
        for news in refresh_environments() or ["Nothing has changed in Fuel."]:
            context.log(news)
