"""``pumphouse retry``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_step
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import retry_step


class RetryCommand(Command):
    """Try a failed step anew and go on with its job."""

    name = "retry"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the step."""
        parser.add_argument("step", type=int, metavar="STEP", help="its number, from status")
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Retry it, then run and show its job."""
        job = retry_step(chosen_step(options.step), user=None)
        return follow_and_report(job, options, console)
