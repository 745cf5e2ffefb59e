"""``pumphouse migrate``: single objects, as the Pumphouse of 2015 named them."""

from argparse import ArgumentParser, Namespace
from functools import partial

from typing_extensions import override

from dashboard.cli.arguments import add_clouds, chosen_clouds, read_mappings
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.graph_files import add_dump, graph_file, write_graph
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.outcome import has_failed, print_outcome
from dashboard.cli.plan_report import print_plan
from dashboard.cli.progress import follow, started
from dashboard.cli.seeding import add_numbers, seed
from dashboard.cli.serializers import Json, serialize_job, serialize_plan
from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.moves import Move, move_of
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.planning.single_objects import (
    RESOURCES,
    SERVERS,
    Chosen,
    SingleObjects,
)
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove

PLAN, EXECUTE = PlanMove(), Execute()
PLAN_OPTIONS = [option for option in PLAN.options if option.name != ONLY]


class MigrateCommand(Command):
    """Plan and execute the move of single objects: those, what they need, and nothing else."""

    name = "migrate"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        words = "|".join(RESOURCES)
        parser.add_argument(
            "resource",
            nargs="?",
            default=SERVERS,
            choices=RESOURCES,
            metavar="RESOURCE",
            help=words,
        )
        parser.add_argument("-i", "--ids", nargs="+", default=[], metavar="ID", help="which ones")
        parser.add_argument("-t", "--tenant", default="", metavar="NAME", help="all of a tenant")
        parser.add_argument("--host", default="", metavar="NAME", help="the servers on a host")
        add_clouds(parser)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TYPE:NAME=DEST",
            help="use DEST for that object; may be repeated",
        )
        add_options(parser, [*PLAN_OPTIONS, *EXECUTE.options])
        parser.add_argument("--plan-only", action="store_true", help="stop before anything is done")
        add_dump(parser)
        parser.add_argument("--setup", action="store_true", help="first create test tenants")
        add_numbers(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Plan for each tenant that has some of it; execute once nothing blocks any of them."""
        target = graph_file(options.dump)
        moves = _moves(options, console)
        if target and len(moves) > 1:
            raise BadInput("--dump writes the graph of one tenant.", fix="Name it with --tenant.")
        plans = [_plan(move, only, options, console) for move, only in moves]
        for plan in plans:
            print_plan(plan, console)
            if target:
                write_graph(plan, target, console)
        document: Json = {"plans": [serialize_plan(plan) for plan in plans]}
        is_ready = all(plan.state == Plan.State.READY for plan in plans)
        if not is_ready or options.plan_only:
            console.print_json(document)
            return OK if is_ready else FAILED
        jobs = [_execute(plan, options, console) for plan in plans]
        console.print_json({**document, "jobs": jobs})
        return OK if all(job["state"] != "failed" for job in jobs) else FAILED


def _moves(options: Namespace, console: Console) -> list[tuple[Move, list[str]]]:
    """Return the move of each tenant that has what was named, and what it has of it."""
    source, destination = chosen_clouds(options)
    chosen = _chosen(options, source, console)
    if not chosen:
        raise NotFound(f"There is no server on {options.host}.", fix="See pumphouse host list.")
    choices = read_mappings(options.map)
    moves = []
    for tenant, only in chosen.items():
        row = look_up_tenant(source, tenant)
        moves.append((move_of(source, row.project_id, destination, choices), [*only]))
    return moves


def _chosen(options: Namespace, source: Cloud, console: Console) -> Chosen:
    """Return what is to move of which tenant: of those of ``--setup``, if nothing else is named."""
    is_named = options.ids or options.tenant or options.host
    seeded = seed(source, options, console) if options.setup else []
    wanted = (
        [SingleObjects(resource=options.resource, tenant=each["id"]) for each in seeded]
        if seeded and not is_named
        else [_named(options)]
    )
    session = connect(source)
    return {tenant: ids for each in wanted for tenant, ids in each.chosen(session).items()}


def _named(options: Namespace) -> SingleObjects:
    return SingleObjects(
        resource=options.resource, ids=options.ids, tenant=options.tenant, host=options.host
    )


def _plan(move: Move, only: list[str], options: Namespace, console: Console) -> Plan:
    given = {**given_options(options, PLAN_OPTIONS), ONLY: only}
    start = partial(PLAN.start, move, requester=CLI, **given)
    job = started(start, console, kind=PLAN.name)
    ended, plan = follow(job, console), plan_of(job)
    if has_failed(ended):
        print_outcome(ended, console)
    return plan


def _execute(plan: Plan, options: Namespace, console: Console) -> Json:
    given = given_options(options, EXECUTE.options)
    ended = follow(EXECUTE.start(plan, requester=CLI, **given), console)
    print_outcome(ended, console)
    return serialize_job(ended)
