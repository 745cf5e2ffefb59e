"""``pumphouse server``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.server_verbs import server_parts
from dashboard.jobs.chain_rows import all_rows
from dashboard.jobs.models import Job


class ServerCommand(Command):
    """Hold, release, retry, skip or take out one server of a job, or list them."""

    name = "server"

    def __init__(self) -> None:
        self.verbs = server_parts()

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(dest="server_action", metavar="ACTION", required=True)
        for name, command in self.verbs.items():
            effect = command.verb.effect
            command.add_arguments(choices.add_parser(name, help=effect, description=effect))
        listing = choices.add_parser("list", help="list the servers of a job")
        listing.add_argument("job", type=int, metavar="JOB", help="the job's number")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.server_action in self.verbs:
            return self.verbs[options.server_action].run(options, console)
        rows = list(_rows(chosen_job(options.job)))
        console.print_table(
            "Number",
            "Server",
            "State",
            "Down for",
            "Bytes",
            rows=[tuple(row.values()) for row in rows],
        )
        console.print_json({"servers": rows})
        return OK


def _rows(job: Job) -> Iterator[dict[str, object]]:
    for row in all_rows(job):
        down = row.seconds_down
        yield {
            "id": row.server.pk,
            "title": row.title,
            "state": row.state,
            "seconds_down": None if down is None else round(down, 1),
            "bytes_done": row.bytes_done,
        }
