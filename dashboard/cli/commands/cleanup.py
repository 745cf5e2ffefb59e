"""``pumphouse cleanup``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.prompts import confirmed_name
from dashboard.errors import NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app import ledger
from dashboard.migrations_app.seeding.cleanup import find_leftovers, remove_leftovers


class CleanupCommand(Command):
    """Delete the test tenants of a cloud: what setup has made, and the copies of it."""

    name = "cleanup"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "cloud", nargs="?", default="destination", metavar="CLOUD", help="default: destination"
        )
        parser.add_argument("--tenant", default="", metavar="NAME", help="delete only this tenant")
        parser.add_argument(
            "--confirm",
            metavar="NAME",
            help="the name of the cloud, or of the tenant with --tenant, to confirm",
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        cloud = chosen_cloud(options.cloud)
        operator = connect(cloud)
        leftovers = find_leftovers(operator, tenant=options.tenant, copies=ledger.created_in(cloud))
        lines = leftovers.lines()
        if options.tenant and not lines:
            fix = f"See pumphouse tenants {cloud.name} --refresh."
            raise NotFound(f"Cloud {cloud.name} has no test tenant {options.tenant!r}.", fix=fix)
        if lines:
            name = options.tenant or cloud.name
            confirmed_name(options.confirm, name=name, touched=lines, console=console)
            remove_leftovers(operator, leftovers, report=console.progress.print)
        console.print(f"Deleted {len(lines)} tenants, users and flavors from {cloud.name}.")
        console.print_json({"cloud": cloud.name, "removed": lines})
        return OK
