"""``pumphouse skip``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_step
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import skip_step


class SkipCommand(Command):
    """Leave a failed step out, with all that needs it, and go on with its job."""

    name = "skip"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the step and the reason."""
        parser.add_argument("step", type=int, metavar="STEP", help="its number, from status")
        parser.add_argument("--reason", required=True, help="why, for the report")
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Skip it, then run and show its job."""
        job = skip_step(chosen_step(options.step), reason=options.reason, user=None)
        return follow_and_report(job, options, console)
