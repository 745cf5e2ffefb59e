"""The verbs of one server of a job as parts of the command ``server``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_job
from dashboard.cli.command import OK
from dashboard.cli.console import Console
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.verb_commands import VerbCommand
from dashboard.errors import BadInput, NotFound
from dashboard.jobs.chain_rows import servers_of
from dashboard.jobs.models import Job, JobServer
from dashboard.jobs.requester import CLI
from dashboard.jobs.verbs.base import server_verbs


def server_named(job: Job, name: str) -> JobServer:
    """Return the server of a job of that name, or with that number or id.

    Raises ``NotFound``, and ``BadInput`` where several have the name.
    """
    found = [
        server
        for server in servers_of(job).select_related("job")
        if name in (str(server), str(server.pk), server.source_id)
    ]
    if not found:
        raise NotFound(
            f"Job {job.pk} moves no server {name!r}.", fix=f"See pumphouse server list {job.pk}."
        )
    if len(found) > 1:
        raise BadInput(f"{len(found)} servers are called {name!r}.", fix="Give the server's id.")
    return found[0]


class ServerVerbCommand(VerbCommand[JobServer]):
    """Does one verb to a server of a job. Workers go on with the job."""

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("job", type=int, metavar="JOB", help="the job's number")
        parser.add_argument("server", metavar="SERVER", help="its name, number or id")
        add_options(parser, self.verb.options)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        server = server_named(chosen_job(options.job), options.server)
        chosen = given_options(options, self.verb.options)
        job = self.verb.start(server, requester=CLI, **chosen)
        console.print(f"{self.verb.title}: {server}, job {job.pk}.")
        console.print_json({"job": job.pk, "server": server.pk})
        return OK


def server_parts() -> dict[str, ServerVerbCommand]:
    """Return the commands of the verbs of servers, by their word after ``server``."""
    prefix = "server "
    return {verb.command.removeprefix(prefix): ServerVerbCommand(verb) for verb in server_verbs()}
