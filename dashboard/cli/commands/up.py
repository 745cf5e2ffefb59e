"""``pumphouse up``."""

from argparse import ArgumentParser, Namespace

from django.conf import settings
from typing_extensions import override

from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.up import run_up
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import configured_settings


class UpCommand(Command):
    """Serve the pages and the API and run the workers, until Ctrl-C."""

    name = "up"

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--bind",
            metavar="HOST:PORT",
            help="default: PUMPHOUSE_BIND, else as in the configuration",
        )
        parser.add_argument("--workers", type=int, metavar="N", help="default: PUMPHOUSE_WORKERS")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        if options.workers is not None and options.workers < 1:
            raise BadInput(f"--workers cannot be {options.workers}.", fix="Use 1 or more.")
        return run_up(bind=options.bind or _configured_address(), workers=options.workers)


def _configured_address() -> str:
    """Return the address from the settings, else the configuration, else the default of 2015."""
    if settings.PUMPHOUSE_BIND:
        return str(settings.PUMPHOUSE_BIND)
    configured = configured_settings()
    return f"{configured.bind_host}:{configured.port}"
