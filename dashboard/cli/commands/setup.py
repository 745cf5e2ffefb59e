"""``pumphouse setup``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.seeding import add_numbers, seed


class SetupCommand(Command):
    """Create test tenants in a cloud. Their names start with pumphouse-."""

    name = "setup"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "cloud", nargs="?", default="source", metavar="CLOUD", help="default: source"
        )
        add_numbers(parser)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        cloud = chosen_cloud(options.cloud)
        console.print_json({"cloud": cloud.name, "tenants": seed(cloud, options, console)})
        return OK
