"""The job that makes Fuel's pages link to Pumphouse."""

from dashboard.hosts_app.fuel.links import KIND, register_links
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step


class RegisterLinks(JobKind):
    """Makes the links that are missing; those that are there stay."""

    name = KIND

    def perform(self, step: Step, context: StepContext) -> None:
        """Do it, and say in the log which links there are."""
        context.log(register_links())
