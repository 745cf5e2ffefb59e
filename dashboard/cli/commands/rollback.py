"""``pumphouse rollback``."""

from dashboard.cli.prompts import ConfirmedCommand
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.execution.rollback import start_rollback, what_rollback_touches
from dashboard.migrations_app.models import Plan


class RollbackCommand(ConfirmedCommand):
    """Undo a plan: remove what it created and put the source back as it was."""

    name = "rollback"

    def touched_by(self, plan: Plan) -> list[str]:
        """List what goes from the destination."""
        return what_rollback_touches(plan)

    def start(self, plan: Plan, confirmation: str) -> Job:
        """Start to undo."""
        return start_rollback(plan, confirmation=confirmation, requester=CLI)
