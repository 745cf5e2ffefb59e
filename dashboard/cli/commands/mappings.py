"""``pumphouse mappings``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import plan_numbered
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.models import SavedMappings
from dashboard.migrations_app.planning.saved import save_mappings, saved_named


class MappingsCommand(Command):
    """Save the mappings and options of a plan by a name, for later plans; list and delete them."""

    name = "mappings"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        choices = parser.add_subparsers(
            dest="mappings_action", metavar="list|save|delete", required=True
        )
        choices.add_parser("list", help="list what is saved")
        saving = choices.add_parser("save", help="save those of a plan by a name")
        saving.add_argument("plan", type=int, metavar="N", help="the plan's number")
        saving.add_argument("name", metavar="NAME", help="what is saved by it is replaced")
        deleting = choices.add_parser("delete", help="delete; plans keep what they have of it")
        deleting.add_argument("name", metavar="NAME")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        actions = {"list": _list, "save": _save, "delete": _delete}
        actions[options.mappings_action](options, console)
        return OK


def _list(_options: Namespace, console: Console) -> None:
    found = list(SavedMappings.objects.all())
    rows = [(each.name, _words(each)) for each in found]
    console.print_table("Name", "Mappings", rows=rows)
    shown = [{"name": s.name, "choices": s.choices, "options": s.options} for s in found]
    console.print_json({"mappings": shown})


def _save(options: Namespace, console: Console) -> None:
    saved = save_mappings(plan_numbered(options.plan), options.name, CLI)
    console.print(f"Saved as {saved.name}. Plan with: pumphouse plan TENANT --saved {saved.name!r}")
    console.print_json({"mappings": saved.name})


def _delete(options: Namespace, console: Console) -> None:
    saved = saved_named(options.name)
    saved.delete()
    console.print(f"Deleted {saved.name}.")
    console.print_json({"mappings": saved.name})


def _words(saved: SavedMappings) -> str:
    pairs = [f"{key}={target}" for key, target in saved.choices.items()]
    return "; ".join(pairs) or "options alone"
