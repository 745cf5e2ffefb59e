"""``pumphouse clouds``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.outcome import required
from dashboard.cli.progress import follow
from dashboard.cli.serializers import serialize_cloud
from dashboard.hosts_app.fuel.environments import start_environment_discovery
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.requester import CLI


class CloudsCommand(Command):
    """List the known clouds and their last known state."""

    name = "clouds"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--discover", action="store_true", help="first ask Fuel for its environments"
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.discover:
            required(follow(start_environment_discovery(requester=CLI), console))
        clouds = list(Cloud.objects.select_related("environment"))
        if not clouds:
            console.print(
                "No clouds yet. Pass a clouds.yaml as the first argument, or ask Fuel for its "
                "environments with --discover."
            )
        console.print_table("Cloud", "State", "Address", "Environment", "", rows=map(_row, clouds))
        console.print_json({"clouds": [serialize_cloud(cloud) for cloud in clouds]})
        return OK


def _row(cloud: Cloud) -> tuple[str, ...]:
    environment = cloud.environment
    status = f"{environment.name}: {environment.status_words}" if environment else ""
    return (cloud.name, cloud.get_state_display(), cloud.auth_url, status, cloud.explanation)
