"""``pumphouse cancel``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.serializers import serialize_job
from dashboard.jobs.operating import cancel
from dashboard.jobs.requester import CLI


class CancelCommand(Command):
    """Cancel a job as soon as its running steps have stopped."""

    name = "cancel"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int, metavar="JOB", help="the job's number")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        # The worker that runs the job ends it.
        job = cancel(chosen_job(options.job), requester=CLI)
        console.print(
            f"Job {job.pk} is {job.state}{' and will stop soon' if job.is_active else ''}."
        )
        console.print_json({"job": serialize_job(job)})
        return OK
