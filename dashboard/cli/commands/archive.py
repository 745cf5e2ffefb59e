"""``pumphouse archive``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import plan_numbered
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.archiving import archive, take_out


class ArchiveCommand(Command):
    """Put plans into the archive of the list of plans, or take them out of it."""

    name = "archive"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("plans", type=int, nargs="+", metavar="N", help="the plan's number")
        parser.add_argument("--out", action="store_true", help="take them out of the archive")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        numbers = [plan_numbered(number).pk for number in options.plans]
        (take_out if options.out else archive)(Plan.objects.filter(pk__in=numbers))
        words = "Taken out of the archive" if options.out else "Archived"
        console.print(f"{words}: {', '.join(map(str, numbers))}.")
        console.print_json({"plans": numbers, "archived": not options.out})
        return OK
