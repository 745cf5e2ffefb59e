"""Creating test tenants, for ``setup`` and for ``migrate --setup``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from django.conf import settings

from dashboard.cli.console import Console
from dashboard.clients.openstack import Json
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import access_of, connect
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.seeding.context import SeedCounts
from dashboard.migrations_app.seeding.tenants import seed_tenants

MINIMUM = {"num_tenants": 1, "num_servers": 0, "num_volumes": 0}


def add_numbers(parser: ArgumentParser) -> None:
    """Add the options that say how much to create."""
    # No defaults here: the configuration's ``populate`` may set them.
    parser.add_argument("--num-tenants", type=int, metavar="N", help="default: 1")
    parser.add_argument("--num-servers", type=int, metavar="N", help="per tenant; default: 2")
    parser.add_argument(
        "--num-volumes", type=int, metavar="N", help="attached, per tenant; default: 1"
    )


def seed(cloud: Cloud, options: Namespace, console: Console) -> list[Json]:
    """Create test tenants, say what they have and return them as ``seed_tenants`` does.

    Raises ``BadInput`` for a number that is too small.
    """
    access = access_of(cloud)
    tenants = seed_tenants(
        connect(cloud),
        counts=_counts(options, access.populate),
        workloads={} if options.num_tenants else access.workloads,
        secrets_dir=settings.HOME / "seeded",
        report=console.progress.print,
    )
    for tenant in tenants:
        addresses = ", ".join(tenant["floating_ips"])
        console.print(f"{tenant['name']}: {len(tenant['servers'])} servers, {addresses}")
        console.print(f"  Passwords and keys: {tenant['secrets_file']}")
    return tenants


def _counts(options: Namespace, populate: Mapping[str, int]) -> SeedCounts:
    """Return each number from the command line, else the configuration, else the default."""
    given = {
        "num_tenants": options.num_tenants,
        "num_servers": options.num_servers,
        "num_volumes": options.num_volumes,
    }
    for name, number in given.items():
        if number is not None and number < MINIMUM[name]:
            option = f"--{name.replace('_', '-')}"
            raise BadInput(f"{option} cannot be {number}.", fix=f"Use {MINIMUM[name]} or more.")
    chosen = {**populate} | {name: value for name, value in given.items() if value is not None}
    return SeedCounts(**{name.removeprefix("num_"): value for name, value in chosen.items()})
