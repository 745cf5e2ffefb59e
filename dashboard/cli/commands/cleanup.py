"""``pumphouse cleanup``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.prompts import confirmed_name
from dashboard.errors import NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app.seeding.clearing import clear, find_leftovers


class CleanupCommand(Command):
    """Remove the test tenants from a cloud: only what begins with pumphouse-."""

    name = "cleanup"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the cloud, the destination as in 2015 when none is given, and maybe a tenant."""
        parser.add_argument("cloud", nargs="?", default="destination", metavar="CLOUD")
        parser.add_argument("--tenant", default="", metavar="NAME", help="remove this one only")
        parser.add_argument(
            "--confirm", metavar="NAME", help="the cloud's name, or the tenant's with --tenant"
        )

    def run(self, options: Namespace, console: Console) -> int:
        """Remove them once the name of the cloud, or of the one tenant, was given."""
        cloud = chosen_cloud(options.cloud)
        operator = connect(cloud)
        leftovers = find_leftovers(operator, tenant=options.tenant)
        lines = leftovers.lines()
        if options.tenant and not lines:
            fix = f"See pumphouse tenants {cloud.name} --refresh."
            raise NotFound(f"Cloud {cloud.name} has no test tenant {options.tenant!r}.", fix=fix)
        if lines:
            name = options.tenant or cloud.name
            confirmed_name(options.confirm, name=name, touched=lines, console=console)
            clear(operator, leftovers, tell=console.progress.print)
        console.print(f"Removed from {cloud.name}: {len(lines)} tenants, users and flavors.")
        console.print_json({"cloud": cloud.name, "removed": lines})
        return OK
