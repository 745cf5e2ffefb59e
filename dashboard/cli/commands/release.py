"""``pumphouse release``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import release_hold
from dashboard.jobs.requester import CLI


class ReleaseCommand(Command):
    """End a job's hold and continue it."""

    name = "release"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int, metavar="JOB", help="the job's number")
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = release_hold(chosen_job(options.job), requester=CLI)
        return follow_and_report(job, options, console)
