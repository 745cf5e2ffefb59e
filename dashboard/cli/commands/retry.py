"""``pumphouse retry``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_step
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import retry_step
from dashboard.jobs.requester import CLI


class RetryCommand(Command):
    """Retry a failed step and continue its job."""

    name = "retry"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "step", type=int, metavar="STEP", help="the step's number, see status JOB"
        )
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = retry_step(chosen_step(options.step), requester=CLI)
        return follow_and_report(job, options, console)
