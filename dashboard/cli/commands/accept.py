"""``pumphouse accept``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.plan_report import print_differences
from dashboard.cli.serializers import serialize_differences
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.execution.accepting import accept, difference_numbered


class AcceptCommand(Command):
    """Accept a difference that verify has found, so that it no longer blocks finalize."""

    name = "accept"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "differences", type=int, nargs="+", metavar="N", help="its number, see verify"
        )
        parser.add_argument("--reason", required=True, help="why it does not matter")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        found = [difference_numbered(number) for number in options.differences]
        plan = accept(found, reason=options.reason, requester=CLI)
        print_differences(plan, console)
        console.print_json({"differences": serialize_differences(plan)})
        return OK
