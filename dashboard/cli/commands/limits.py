"""``pumphouse limits``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.hosts_app.limits import chosen_limits, set_limits


class LimitsCommand(Command):
    """Show or set how much a cloud may be asked for; jobs that run take it up within seconds."""

    name = "limits"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cloud", metavar="CLOUD", help="the cloud's name")
        change = parser.add_mutually_exclusive_group()
        change.add_argument(
            "--set",
            metavar="LIMITS",
            help="as in the configuration: '{streams: 2, bytes_per_second: 50000000}'",
        )
        change.add_argument(
            "--reset", action="store_true", help="back to those of the configuration"
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        cloud = chosen_cloud(options.cloud)
        if options.set is not None or options.reset:
            cloud = set_limits(cloud, options.set or "")
        console.print(cloud.limits or f"Those of the configuration of {cloud.name}.")
        console.print_json({"cloud": cloud.name, "limits": chosen_limits(cloud)})
        return OK
