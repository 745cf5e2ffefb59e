"""The arguments that name a host and its cloud."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.console import Console
from dashboard.cli.outcome import required
from dashboard.cli.progress import follow
from dashboard.hosts_app.discovery import host_named, start_host_discovery
from dashboard.hosts_app.models import Host
from dashboard.jobs.requester import CLI


def add_host(parser: ArgumentParser) -> None:
    """Add the arguments that name a host."""
    parser.add_argument("host", metavar="HOST")
    add_cloud(parser)


def add_cloud(parser: ArgumentParser) -> None:
    """Add the option that names a cloud."""
    parser.add_argument(
        "--cloud", default="source", metavar="NAME", help="the cloud (default: the source)"
    )


def chosen_host(options: Namespace, console: Console) -> Host:
    """Return the host; an unknown one is looked for in its cloud first.

    Raises ``NotFound`` that lists the hosts there are.
    """
    cloud = chosen_cloud(options.cloud)
    if not cloud.hosts.filter(name=options.host).exists():
        required(follow(start_host_discovery(cloud, requester=CLI), console))
    return host_named(cloud, options.host)
