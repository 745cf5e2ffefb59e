"""``pumphouse up``."""

from argparse import ArgumentParser, Namespace
from pathlib import Path

from django.conf import settings

from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.up import run_up
from dashboard.clients.cloud_files import Settings, read_settings
from dashboard.errors import BadInput


class UpCommand(Command):
    """Serve pages and API and run the workers, until Ctrl-C."""

    name = "up"

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the address and how many workers there are."""
        parser.add_argument(
            "--bind", metavar="HOST:PORT", help="default: PUMPHOUSE_BIND, the configuration's"
        )
        parser.add_argument("--workers", type=int, metavar="N", help="default: PUMPHOUSE_WORKERS")

    def run(self, options: Namespace, console: Console) -> int:
        """Stay until told to stop."""
        if options.workers is not None and options.workers < 1:
            raise BadInput(f"{options.workers} workers do nothing.", fix="Give 1 or more.")
        return run_up(bind=options.bind or _configured_address(), workers=options.workers)


def _configured_address() -> str:
    """Return the address that the settings or the configuration name, else the one of 2015."""
    if settings.PUMPHOUSE_BIND:
        return str(settings.PUMPHOUSE_BIND)
    path = settings.PUMPHOUSE_CONFIG
    configured = read_settings(Path(path)) if path else Settings()
    return f"{configured.bind_host}:{configured.port}"
