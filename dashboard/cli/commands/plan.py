"""``pumphouse plan``."""

from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from typing_extensions import override

from dashboard.cli.arguments import add_clouds, chosen_clouds, plan_numbered, read_mappings
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.graph_files import add_dump, graph_file, write_graph
from dashboard.cli.option_arguments import add_options, given_options
from dashboard.cli.outcome import has_failed, print_outcome
from dashboard.cli.plan_report import print_plan
from dashboard.cli.progress import follow, started
from dashboard.cli.serializers import serialize_job, serialize_plan
from dashboard.errors import BadInput
from dashboard.jobs.models import Job
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.files import export_plan, read_edited
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.planning.os_migrate.moving import move_from, tenant_of
from dashboard.migrations_app.planning.os_migrate.reading import read_folder
from dashboard.migrations_app.planning.saved import with_saved
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.text_files import new_file, read_text, write_text

PLAN = PlanMove()


@dataclass(frozen=True, kw_only=True)
class Files:
    """The new files that were asked for: the plan's own, and its graph."""

    plan: Path | None
    graph: Path | None


class PlanCommand(Command):
    """Read both clouds and plan the move of a tenant. Nothing is changed."""

    name = "plan"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("tenant", nargs="?", metavar="TENANT", help="its name or id")
        add_clouds(parser)
        parser.add_argument(
            "--map",
            action="append",
            default=[],
            metavar="TYPE:NAME=DEST",
            help="use DEST for that object, or leave it out with skip; may be repeated",
        )
        parser.add_argument(
            "--saved", metavar="NAME", help="take these saved mappings; what is given here wins"
        )
        add_options(parser, PLAN.options)
        parser.add_argument(
            "--import",
            dest="edited",
            metavar="FILE",
            help="plan as an exported and edited file says",
        )
        parser.add_argument(
            "--from",
            dest="folder",
            metavar="DIR",
            help="plan as a folder, zip or tar of os-migrate's YAML says, see pumphouse export",
        )
        parser.add_argument("--export", metavar="FILE", help="write the plan to a new file")
        add_dump(parser)
        parser.add_argument(
            "--plan", type=int, metavar="N", help="export or dump this plan in place of making one"
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Plan, and fail when something blocks the move."""
        files = Files(
            plan=new_file(options.export) if options.export else None,
            graph=graph_file(options.dump),
        )
        if options.plan is not None:
            return _write_only(plan_numbered(options.plan), files, console)
        start = _from_folder if options.folder else _edited if options.edited else _asked_for
        job = started(partial(start, options), console, kind=PLAN.name)
        plan, ended = plan_of(job), follow(job, console)
        plan.refresh_from_db()
        print_plan(plan, console)
        if has_failed(ended):
            print_outcome(ended, console)
        else:
            _write(plan, files, console)
        console.print_json({"job": serialize_job(ended), "plan": serialize_plan(plan)})
        return OK if plan.state == Plan.State.READY and not has_failed(ended) else FAILED


def _asked_for(options: Namespace) -> Job:
    if not options.tenant:
        raise BadInput("Which tenant?", fix="Name it, or give a file with --import.")
    source, destination = chosen_clouds(options)
    look_up_tenant(source, options.tenant)
    given, mapped = given_options(options, PLAN.options), read_mappings(options.map)
    choices, chosen = with_saved(options.saved or "", mapped, given)
    move = move_of(source, options.tenant, destination, choices)
    return PLAN.start(move, requester=CLI, **chosen)


def _from_folder(options: Namespace) -> Job:
    """Plan as the folder says, whose files list what moves and with which parameters."""
    given = given_options(options, PLAN.options)
    if options.edited or options.saved or ONLY in given:
        raise BadInput("--from takes the objects from the files.", fix="Edit the files instead.")
    source, destination = chosen_clouds(options)
    texts = read_folder(Path(options.folder))
    tenant = look_up_tenant(source, options.tenant or tenant_of(texts))
    asked = move_from(texts, tenant, destination, read_mappings(options.map))
    return PLAN.start(asked.move, requester=CLI, **{**given, **asked.options})


def _edited(options: Namespace) -> Job:
    """Plan as the file says, which has the tenant, the clouds and every choice in it."""
    others = (options.tenant, options.source, options.destination, options.map, options.saved)
    if any(others) or given_options(options, PLAN.options):
        raise BadInput(
            "--import takes all choices from the file: no others can be given.",
            fix="Edit the file instead.",
        )
    path = Path(options.edited)
    edited = read_edited(read_text(path), name=str(path))
    look_up_tenant(edited.plan.source, edited.plan.tenant_id)
    return PLAN.start(edited.move(), requester=CLI, **edited.options)


def _write_only(plan: Plan, files: Files, console: Console) -> int:
    if not (files.plan or files.graph):
        raise BadInput(f"Nothing to do with plan {plan.pk}.", fix="Add --export or --dump FILE.")
    _write(plan, files, console)
    console.print_json({"plan": serialize_plan(plan)})
    return OK


def _write(plan: Plan, files: Files, console: Console) -> None:
    if files.plan:
        _export(plan, files.plan, console)
    if files.graph:
        write_graph(plan, files.graph, console)


def _export(plan: Plan, target: Path, console: Console) -> None:
    write_text(target, export_plan(plan))
    console.print(
        f"Wrote plan {plan.pk} to {target}. Edit it, then: pumphouse plan --import {target}"
    )
