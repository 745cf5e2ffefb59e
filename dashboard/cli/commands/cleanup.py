"""``pumphouse cleanup``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.choosing import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.confirming import confirmed_name
from dashboard.cli.screen import Screen
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app.seeding.clearing import clear, find_leftovers


class CleanupCommand(Command):
    """Remove the test tenants from a cloud: only what begins with pumphouse-."""

    name = "cleanup"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the cloud, the destination as in 2015 when none is given."""
        parser.add_argument("cloud", nargs="?", default="destination", metavar="CLOUD")
        parser.add_argument("--confirm", metavar="NAME", help="the cloud's name")

    def run(self, options: Namespace, screen: Screen) -> int:
        """Remove them once the cloud's name was given."""
        cloud = chosen_cloud(options.cloud)
        operator = connect(cloud)
        leftovers = find_leftovers(operator)
        lines = leftovers.lines()
        if lines:
            confirmed_name(options.confirm, name=cloud.name, touched=lines, screen=screen)
            clear(operator, leftovers, tell=screen.progress.print)
        screen.tell(f"Removed from {cloud.name}: {len(lines)} tenants, users and flavors.")
        screen.answer({"cloud": cloud.name, "removed": lines})
        return OK
