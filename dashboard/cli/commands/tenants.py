"""``pumphouse tenants``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.hosts_app.clouds import cloud_named
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import Tenant

FIELDS = ("project_id", "name", "domain_name", "enabled", "servers", "volumes", "seen_at")


class TenantsCommand(Command):
    """List a cloud's tenants."""

    name = "tenants"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("cloud", metavar="CLOUD", help="its name, from pumphouse clouds")
        parser.add_argument("--refresh", action="store_true", help="refresh the cloud first")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Show the tenants found by the last refresh; the first call refreshes."""
        cloud = cloud_named(options.cloud)
        if options.refresh or cloud.state == Cloud.State.UNKNOWN:
            _refresh(cloud, console)
        tenants = list(Tenant.objects.filter(cloud=cloud).values(*FIELDS))
        rows = [
            (row["name"], row["project_id"], row["domain_name"], row["servers"], row["volumes"])
            for row in tenants
        ]
        console.print_table("Tenant", "Id", "Domain", "Servers", "Volumes", rows=rows)
        console.print_json({"cloud": cloud.name, "tenants": tenants})
        return OK


def _refresh(cloud: Cloud, console: Console) -> None:
    """Read the cloud. What runs jobs is imported for that: the stored list shows at once."""
    from dashboard.cli.outcome import required
    from dashboard.cli.progress import follow
    from dashboard.jobs.requester import CLI
    from dashboard.migrations_app.verbs.discover import Discover

    required(follow(Discover().start(cloud, requester=CLI), console))
