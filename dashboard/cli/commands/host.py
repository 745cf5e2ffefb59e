"""``pumphouse host``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.choosing import chosen_cloud
from dashboard.cli.choosing_host import add_cloud, add_host, chosen_host
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.following import add_detach, follow, follow_and_tell, has_failed, tell_end
from dashboard.cli.screen import Screen
from dashboard.hosts_app.hosts import start_host_discovery
from dashboard.hosts_app.maintenance import OFF, ON, start_maintenance
from dashboard.hosts_app.models import Cloud, Host

FIELDS = (
    "name",
    "is_up",
    "is_enabled",
    "disabled_reason",
    "servers",
    "vcpus_used",
    "vcpus_total",
    "ram_used_mib",
    "ram_total_mib",
    "seen_at",
)


class HostCommand(Command):
    """List a cloud's hosts, or put one into maintenance."""

    name = "host"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take what to do with which host."""
        choices = parser.add_subparsers(dest="deed", metavar="list|maintenance", required=True)
        listing = choices.add_parser("list", help="look at a cloud's hosts and list them")
        changing = choices.add_parser("maintenance", help="close a host to new servers, or open it")
        changing.add_argument("to", choices=(ON, OFF))
        add_host(changing)
        add_detach(changing)
        add_cloud(listing)

    def run(self, options: Namespace, screen: Screen) -> int:
        """Do it, and fail when the job does."""
        if options.deed == "list":
            return _list(chosen_cloud(options.cloud), screen)
        host = chosen_host(options, screen)
        job = start_maintenance(host.cloud, host.name, to=options.to, launched_from="cli")
        return follow_and_tell(job, options, screen)


def _list(cloud: Cloud, screen: Screen) -> int:
    job = follow(start_host_discovery(cloud, launched_from="cli"), screen)
    if has_failed(job):
        tell_end(job, screen)
    hosts = list(cloud.hosts.all())
    screen.table(
        "Host", "State", "Servers", "vCPUs", "RAM in GiB", "", rows=[_row(host) for host in hosts]
    )
    documents = list(cloud.hosts.values(*FIELDS))
    screen.answer({"cloud": cloud.name, "hosts": documents})
    return FAILED if has_failed(job) else OK


def _row(host: Host) -> tuple[str, ...]:
    state = f"{'up' if host.is_up else 'down'}, {'enabled' if host.is_enabled else 'disabled'}"
    servers = ", ".join(f"{count} {status}" for status, count in sorted(host.servers.items()))
    return (
        host.name,
        state,
        servers,
        f"{host.vcpus_used} of {host.vcpus_total}",
        f"{host.ram_used_mib // 1024} of {host.ram_total_mib // 1024}",
        host.disabled_reason,
    )
