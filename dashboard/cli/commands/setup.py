"""``pumphouse setup``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from django.conf import settings

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import access_of, connect
from dashboard.migrations_app.seeding.grounds import Numbers
from dashboard.migrations_app.seeding.planting import seed_tenants

LEAST = {"num_tenants": 1, "num_servers": 0, "num_volumes": 0}


class SetupCommand(Command):
    """Make test tenants in a cloud; their names begin with pumphouse-."""

    name = "setup"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the cloud and the numbers, which the configuration's ``populate`` may give too."""
        parser.add_argument(
            "cloud", nargs="?", default="source", metavar="CLOUD", help="default: the source"
        )
        parser.add_argument("--num-tenants", type=int, metavar="N", help="default 1")
        parser.add_argument("--num-servers", type=int, metavar="N", help="a tenant; default 2")
        parser.add_argument(
            "--num-volumes", type=int, metavar="N", help="attached ones a tenant; default 1"
        )

    def run(self, options: Namespace, console: Console) -> int:
        """Make them, and say where their passwords are."""
        cloud = chosen_cloud(options.cloud)
        tenants = seed_tenants(
            connect(cloud),
            numbers=_numbers(options, access_of(cloud).populate),
            sealed_in=settings.HOME / "seeded",
            tell=console.progress.print,
        )
        for tenant in tenants:
            addresses = ", ".join(tenant["floating_ips"])
            console.print(f"{tenant['name']}: {len(tenant['servers'])} servers, {addresses}")
            console.print(f"  Passwords and keys: {tenant['sealed_file']}")
        console.print_json({"cloud": cloud.name, "tenants": tenants})
        return OK


def _numbers(options: Namespace, populate: Mapping[str, int]) -> Numbers:
    """Take each number from the command line, else from the configuration, else the default."""
    given = {
        "num_tenants": options.num_tenants,
        "num_servers": options.num_servers,
        "num_volumes": options.num_volumes,
    }
    for name, number in given.items():
        if number is not None and number < LEAST[name]:
            option = f"--{name.replace('_', '-')}"
            raise BadInput(f"{option} cannot be {number}.", fix=f"Give {LEAST[name]} or more.")
    chosen = {**populate} | {name: value for name, value in given.items() if value is not None}
    return Numbers(**{name.removeprefix("num_"): value for name, value in chosen.items()})
