"""``pumphouse accept``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.plan_report import print_differences
from dashboard.cli.serializers import serialize_differences
from dashboard.jobs.requester import CLI
from dashboard.migrations_app.execution.accepting import (
    accept,
    difference_numbered,
    withdraw,
)


class AcceptCommand(Command):
    """Accept a difference that verify has found, so that it no longer blocks finalize."""

    name = "accept"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "differences", type=int, nargs="+", metavar="N", help="its number, see verify"
        )
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--reason", help="why it does not matter")
        what.add_argument("--withdraw", action="store_true", help="it matters after all")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        found = [difference_numbered(number) for number in options.differences]
        if options.withdraw:
            plan = withdraw(found, requester=CLI)
        else:
            plan = accept(found, reason=options.reason, requester=CLI)
        print_differences(plan, console)
        console.print_json({"differences": serialize_differences(plan)})
        return OK
