"""``pumphouse resume``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import RUNNABLE_STATES, add_detach, follow_and_report
from dashboard.jobs.operating import resume


class ResumeCommand(Command):
    """Go on with a failed, cancelled or abandoned job; its failed steps are tried anew."""

    name = "resume"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the job."""
        parser.add_argument("job", type=int, metavar="JOB", help="its number")
        add_detach(parser)

    def run(self, options: Namespace, console: Console) -> int:
        """Resume it, then run and show it; one that still runs only needs a runner."""
        job = chosen_job(options.job)
        if job.state not in RUNNABLE_STATES:
            job = resume(job, user=None)
        return follow_and_report(job, options, console)
