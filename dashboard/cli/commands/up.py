"""``pumphouse up``."""

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator

from django.conf import settings
from typing_extensions import override

from dashboard.cli.command import Command
from dashboard.cli.console import Console
from dashboard.cli.up import run_up
from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import configured_settings
from dashboard.web.page_of_others import index_of


class UpCommand(Command):
    """Serve the pages and the API and run the workers, until Ctrl-C."""

    name = "up"
    is_service = True

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
        if settings.UI_DIRECTORY:
            index_of(settings.UI_DIRECTORY)
        configured = configured_settings()
        address = f"{configured.bind_host}:{configured.port}"
        return run_up(
            bind=options.bind or settings.PUMPHOUSE_BIND or address,
            workers=options.workers,
            hosts=[*_hosts(configured.server_name, configured.bind_host)],
        )


def _hosts(*names: str | None) -> Iterator[str]:
    """Yield the names as clients write them in an address."""
    yield from (f"[{name}]" if ":" in name else name for name in names if name)
