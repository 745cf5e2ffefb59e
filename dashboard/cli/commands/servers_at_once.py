"""``pumphouse servers-at-once``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.serializers import serialize_job
from dashboard.jobs.operating import limit_chains
from dashboard.jobs.pacing import words_at_once
from dashboard.jobs.requester import CLI


class ServersAtOnceCommand(Command):
    """Set how many servers of a running job may be in cutover at once."""

    name = "servers_at_once"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int, metavar="JOB", help="the job's number")
        parser.add_argument("number", type=int, metavar="N", help="from 1 to 1000, 0: it adapts")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        job = limit_chains(chosen_job(options.job), at_once=options.number, requester=CLI)
        console.print(f"Job {job.pk}: {words_at_once(job)}.")
        console.print_json({"job": serialize_job(job)})
        return OK
