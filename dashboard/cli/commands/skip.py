"""``pumphouse skip``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_step
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import skip_step
from dashboard.jobs.requester import CLI


class SkipCommand(Command):
    """Skip a failed step and the steps that depend on it, and continue its job."""

    name = "skip"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "step", type=int, metavar="STEP", help="the step's number, see status JOB"
        )
        parser.add_argument("--reason", required=True, help="why, for the job's page")
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = skip_step(chosen_step(options.step), reason=options.reason, requester=CLI)
        return follow_and_report(job, options, console)
