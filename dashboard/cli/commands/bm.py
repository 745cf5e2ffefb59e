"""``pumphouse bm``: what ``pumphouse-bm`` of 2015 did to a host."""

from argparse import ArgumentParser, Namespace

from django.conf import settings
from typing_extensions import override

from dashboard.cli.console import Console
from dashboard.cli.host_action_command import HostActionCommand
from dashboard.errors import BadInput
from dashboard.hosts_app.actions.reassign import Reassign
from dashboard.hosts_app.models import Cloud
from dashboard.hosts_app.power.inventory import configured_inventory


class BmCommand(HostActionCommand):
    """Evacuate a host and install it in another environment of Fuel, by IPMI: as reassign does."""

    name = "bm"

    def __init__(self) -> None:
        super().__init__(Reassign())
        self.name = type(self).name

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "-e",
            "--environment",
            type=int,
            metavar="ENV_ID",
            help="the id in Fuel of the environment to move it to",
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if settings.PUMPHOUSE_INVENTORY:
            configured_inventory()  # one that is not there is told before anything is planned
        if options.environment is not None:
            options.destination = cloud_in_environment(options.environment).name
        return super().run(options, console)


def cloud_in_environment(number: int) -> Cloud:
    """Return the cloud of an environment by its id in Fuel.

    Raises ``BadInput`` with the known ids.
    """
    clouds = Cloud.objects.exclude(environment=None).select_related("environment")
    known = {cloud.environment.environment_id: cloud for cloud in clouds if cloud.environment}
    if number not in known:
        ids = ", ".join(map(str, sorted(known))) or "none, see pumphouse clouds --discover"
        raise BadInput(f"No cloud is in environment {number} of Fuel.", fix=f"Known: {ids}.")
    return known[number]
