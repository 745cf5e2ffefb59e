"""``pumphouse delete-environment``."""

from argparse import ArgumentParser, Namespace

from dashboard.cli.choosing import chosen_cloud
from dashboard.cli.choosing_host import add_cloud
from dashboard.cli.command import Command
from dashboard.cli.confirming import confirmed_name
from dashboard.cli.following import add_detach, follow_and_tell
from dashboard.cli.screen import Screen
from dashboard.hosts_app.environment_deletion import (
    environment_row_of,
    start_environment_deletion,
)


class DeleteEnvironmentCommand(Command):
    """Delete the environment of a cloud from Fuel, once it has no nodes."""

    name = "delete-environment"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the cloud and the confirmation."""
        add_cloud(parser)
        parser.add_argument("--confirm", metavar="NAME", help="the environment's name")
        add_detach(parser)

    def run(self, options: Namespace, screen: Screen) -> int:
        """Start the job once the environment's name was given."""
        environment = environment_row_of(chosen_cloud(options.cloud))
        confirmation = confirmed_name(
            options.confirm, name=environment.name, touched=(), screen=screen
        )
        job = start_environment_deletion(
            environment, confirmation=confirmation, launched_from="cli"
        )
        return follow_and_tell(job, options, screen)
