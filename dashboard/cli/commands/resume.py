"""``pumphouse resume``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.progress import RUNNABLE_STATES, add_detach, follow_and_report
from dashboard.jobs.operating import resume
from dashboard.jobs.requester import CLI


class ResumeCommand(Command):
    """Resume a failed, cancelled or abandoned job and retry its failed steps."""

    name = "resume"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int, metavar="JOB", help="the job's number")
        add_detach(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = chosen_job(options.job)
        # One that is still active needs only somebody to run it.
        if job.state not in RUNNABLE_STATES:
            job = resume(job, requester=CLI)
        return follow_and_report(job, options, console)
