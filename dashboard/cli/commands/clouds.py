"""``pumphouse clouds``."""

from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.cli.outcome import required
from dashboard.cli.progress import follow
from dashboard.hosts_app.fuel.environments import start_environment_discovery
from dashboard.hosts_app.models import Cloud, FuelEnvironment
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
        console.print_json({"clouds": [_document(cloud) for cloud in clouds]})
        return OK


def _row(cloud: Cloud) -> tuple[str, ...]:
    environment = cloud.environment
    status = f"{environment.name}: {environment.status_words}" if environment else ""
    return (cloud.name, cloud.get_state_display(), cloud.auth_url, status, cloud.explanation)


def _document(cloud: Cloud) -> dict[str, object]:
    return {
        "name": cloud.name,
        "state": cloud.state,
        "explanation": cloud.explanation,
        "auth_url": cloud.auth_url,
        "region": cloud.region,
        "services": cloud.services,
        "can_copy_passwords": cloud.can_copy_passwords,
        "checked_at": cloud.checked_at,
        "environment": _environment_document(cloud.environment),
    }


def _environment_document(environment: FuelEnvironment | None) -> dict[str, object] | None:
    if environment is None:
        return None
    return {
        "fuel": environment.fuel,
        "id": environment.environment_id,
        "name": environment.name,
        "status": environment.status,
        "release": environment.release,
        "node_count": environment.node_count,
        "is_gone": environment.is_gone,
        "news": environment.news,
        "news_at": environment.news_at,
    }
