"""``pumphouse cancel``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.serializers import serialize_job
from dashboard.jobs.operating import cancel


class CancelCommand(Command):
    """End a job as soon as its running steps have stopped."""

    name = "cancel"
    uses_clouds = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the job."""
        parser.add_argument("job", type=int, metavar="JOB", help="its number")

    def run(self, options: Namespace, console: Console) -> int:
        """Ask for it; whoever runs the job ends it."""
        job = cancel(chosen_job(options.job), user=None)
        console.print(f"Job {job.pk} is {job.state}{', to be cancelled' if job.is_active else ''}.")
        console.print_json({"job": serialize_job(job)})
        return OK
