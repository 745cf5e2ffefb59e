"""``pumphouse host``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import FAILED, OK, Command
from dashboard.cli.console import Console
from dashboard.cli.host_action_command import HostActionCommand
from dashboard.cli.host_arguments import add_cloud, add_host, chosen_host
from dashboard.cli.outcome import has_failed, print_outcome
from dashboard.cli.progress import add_detach, follow, follow_and_report
from dashboard.clients.ipmi import Operation
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.maintenance import OFF, ON, start_maintenance
from dashboard.hosts_app.models import Cloud, Host
from dashboard.hosts_app.plans.host_action import host_action_named
from dashboard.hosts_app.power.inventory import bmc_of
from dashboard.hosts_app.power.switching import start_power
from dashboard.jobs.requester import CLI

FIELDS = (
    "name",
    "is_up",
    "is_enabled",
    "disabled_reason",
    "power",
    "power_problem",
    "servers",
    "vcpus_used",
    "vcpus_total",
    "ram_used_mib",
    "ram_total_mib",
    "evacuation_cost",
    "seen_at",
)
STATUS = "status"
HARMLESS: Mapping[str, Operation] = {"on": Operation.ON, "pxe": Operation.BOOT_FROM_NETWORK}
TAKES_POWER: Mapping[str, str] = {
    "off": "power_off",
    "cycle": "power_cycle",
    "soft-off": "soft_off",
}


class HostCommand(Command):
    """List a cloud's hosts, put one into maintenance, or control its power."""

    name = "host"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        metavar = "list|maintenance|power"
        choices = parser.add_subparsers(dest="action", metavar=metavar, required=True)
        listing = choices.add_parser("list", help="refresh a cloud's hosts and rank them")
        add_cloud(listing)
        changing = choices.add_parser("maintenance", help="close a host to new servers, or open it")
        changing.add_argument("to", choices=(ON, OFF))
        add_host(changing)
        add_detach(changing)
        switching = choices.add_parser("power", help="show a host's power, or switch it")
        switching.add_argument("to", choices=(STATUS, *HARMLESS, *TAKES_POWER))
        add_host(switching)
        switching.add_argument(
            "--plan-only", action="store_true", help="only show what would be done"
        )
        switching.add_argument("--confirm", metavar="HOST", help="the host's name")
        add_detach(switching)

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.action == "list":
            return _list(chosen_cloud(options.cloud), console)
        if options.action == "power":
            return _power(options, console)
        host = chosen_host(options, console)
        job = start_maintenance(host.cloud, host.name, to=options.to, requester=CLI)
        return follow_and_report(job, options, console)


def _power(options: Namespace, console: Console) -> int:
    """Show the power or switch it; powering off is planned and confirmed first."""
    if options.to == STATUS:
        return _tell_power(options.host, console)
    if options.to in TAKES_POWER:
        return HostActionCommand(host_action_named(TAKES_POWER[options.to])).run(options, console)
    host = chosen_host(options, console)
    job = start_power(host.cloud, host.name, HARMLESS[options.to], requester=CLI)
    return follow_and_report(job, options, console)


def _tell_power(host: str, console: Console) -> int:
    """Ask the BMC directly, also for a host that is in no cloud."""
    power = bmc_of(host).power_status()
    console.print(f"{host} is {power}.")
    console.print_json({"host": host, "power": power})
    return OK


def _list(cloud: Cloud, console: Console) -> int:
    """Refresh the hosts and show them, the one to evacuate next first."""
    job = follow(start_host_discovery(cloud, requester=CLI), console)
    if has_failed(job):
        print_outcome(job, console)
    hosts = sorted(cloud.hosts.all(), key=_rank)
    headings = ("Rank", "Host", "State", "Power", "Servers", "vCPUs", "RAM in GiB", "To evacuate")
    console.print_table(*headings, "", rows=[_row(host) for host in hosts])
    for host in hosts:
        if host.power_problem:
            console.print(f"Power of {host.name}: {host.power_problem}")
    documents = {row["name"]: row for row in cloud.hosts.values(*FIELDS)}
    console.print_json({"cloud": cloud.name, "hosts": [documents[host.name] for host in hosts]})
    return FAILED if has_failed(job) else OK


def _rank(host: Host) -> tuple[int, str]:
    return int(host.evacuation_cost.get("rank", 0)), host.name


def _row(host: Host) -> tuple[str, ...]:
    state = f"{'up' if host.is_up else 'down'}, {'enabled' if host.is_enabled else 'disabled'}"
    servers = ", ".join(f"{count} {status}" for status, count in sorted(host.servers.items()))
    return (
        f"{host.evacuation_cost.get('rank', '')}",
        host.name,
        state,
        host.power or ("unknown" if host.power_problem else ""),
        servers,
        f"{host.vcpus_used} of {host.vcpus_total}",
        f"{host.ram_used_mib // 1024} of {host.ram_total_mib // 1024}",
        str(host.evacuation_cost.get("reason", "")),
        host.disabled_reason,
    )
