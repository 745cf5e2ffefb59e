"""The job that adds links to Pumphouse to Fuel's pages."""

from typing_extensions import override

from dashboard.hosts_app.fuel.links import KIND, register_links
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action


class RegisterLinks(JobKind):
    """Creates the links that are missing, and logs which there are."""

    name = KIND
    permission = Action.DISCOVER

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        context.log(register_links())
