"""``pumphouse verify``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import add_plan, chosen_plan
from dashboard.cli.command import FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.plan_report import print_differences
from dashboard.cli.progress import follow_and_report
from dashboard.cli.serializers import serialize_differences
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.execution.verify import start_verify


class VerifyCommand(Command):
    """Compare both sides of a plan field by field; changes nothing."""

    name = "verify"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the plan."""
        add_plan(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Verify, and fail when something differs that the plan had not named."""
        plan = chosen_plan(options)
        job = start_verify(plan, requester=CLI)
        code = follow_and_report(
            job, options, console, document=lambda: {"differences": serialize_differences(plan)}
        )
        print_differences(plan, console)
        return FAILED if plan.differences.filter(expected=False).exists() else code
