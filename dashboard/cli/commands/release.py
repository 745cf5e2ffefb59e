"""``pumphouse release``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import add_detach, follow_and_report
from dashboard.jobs.operating import release_hold


class ReleaseCommand(Command):
    """End a job's hold and go on with it."""

    name = "release"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the job."""
        parser.add_argument("job", type=int, metavar="JOB", help="its number")
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Release it, then run and show it."""
        job = release_hold(chosen_job(options.job), user=None)
        return follow_and_report(job, options, console)
