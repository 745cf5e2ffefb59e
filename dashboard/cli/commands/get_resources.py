"""``pumphouse get_resources``, as in 2015."""

import json
from argparse import ArgumentParser, Namespace

from typing_extensions import override

from dashboard.cli.arguments import chosen_cloud
from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.hosts_app.clouds import connect
from dashboard.migrations_app.cloud_items import items_of
from dashboard.visible_text import visible_json


class GetResourcesCommand(Command):
    """Print all objects of a cloud as JSON: tenants, servers, volumes, images, hosts and so on."""

    name = "get_resources"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "cloud", nargs="?", default="destination", metavar="CLOUD", help="default: destination"
        )

    @override
    def run(self, options: Namespace, console: Console) -> int:
        """Print the document with and without ``--json``: there is nothing else to say."""
        items = items_of(connect(chosen_cloud(options.cloud)), options.cloud)
        print(visible_json(json.dumps({"resources": items}, indent=2, ensure_ascii=False)))
        return OK
