"""``pumphouse finalize``."""

from dashboard.cli.prompts import ConfirmedCommand
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.execution.finalize import start_finalize, what_finalize_deletes
from dashboard.migrations_app.models import Plan


class FinalizeCommand(ConfirmedCommand):
    """Delete a moved tenant from the source, after a clean verify."""

    name = "finalize"

    def touched_by(self, plan: Plan) -> list[str]:
        """List what goes from the source."""
        return what_finalize_deletes(plan)

    def start(self, plan: Plan, confirmation: str) -> Job:
        """Start to delete."""
        return start_finalize(plan, confirmation=confirmation, requester=CLI)
