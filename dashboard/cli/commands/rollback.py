"""``pumphouse rollback``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.choosing import add_plan, chosen_plan
from dashboard.cli.command import Command
from dashboard.cli.confirming import confirmed_name
from dashboard.cli.following import add_detach, follow_and_tell
from dashboard.cli.screen import Screen
from dashboard.migrations_app.rolling_back import start_rollback, what_rollback_touches


class RollbackCommand(Command):
    """Undo a plan: remove what it created and put the source back as it was."""

    name = "rollback"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the plan and the confirmation."""
        add_plan(parser)
        parser.add_argument("--confirm", metavar="NAME", help="the tenant's name")
        add_detach(parser)

    def run(self, options: Namespace, screen: Screen) -> int:
        """Roll back once the tenant's name was given."""
        plan = chosen_plan(options)
        confirmation = confirmed_name(
            options.confirm,
            name=plan.tenant_name,
            touched=what_rollback_touches(plan),
            screen=screen,
        )
        job = start_rollback(plan, confirmation=confirmation, user=None, launched_from="cli")
        return follow_and_tell(job, options, screen)
