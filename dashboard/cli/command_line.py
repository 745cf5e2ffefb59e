"""Reads the command line, runs the command and turns its errors into a sentence and an exit code.

Imported after Django is prepared; see ``main``.
"""

import logging
import os
import sys
from argparse import SUPPRESS, ArgumentParser, Namespace
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import NoReturn

from django.conf import settings
from django.db import OperationalError

from dashboard import secrets
from dashboard.cli.command import BAD_INPUT, FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.database import prepare_database
from dashboard.cli.known_commands import all_commands
from dashboard.clients.cloud_files import file_warnings
from dashboard.errors import BadInput, Conflict, PumphouseError
from dashboard.hosts_app.clouds import register_configured_clouds

logger = logging.getLogger(__name__)


class Parser(ArgumentParser):
    """A parser whose errors are ours: one sentence, also with ``--json``."""

    def error(self, message: str) -> NoReturn:
        """Raise ``BadInput`` in place of printing the usage and leaving."""
        raise BadInput(f"{message[0].upper()}{message[1:]}.", fix=f"See {self.prog} --help.")


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name and give its exit code."""
    console = Console(json="--json" in arguments)
    try:
        options = build_parser().parse_args(arguments)
        code = _run_command(all_commands()[options.command], options, console)
        sys.stdout.flush()  # or a reader who has left is first noticed as Python exits, with 120
        return code
    except PumphouseError as error:
        console.print_error(error)
        return BAD_INPUT if isinstance(error, BadInput | Conflict) else FAILED
    except OperationalError as error:
        console.print_error(_database_fault(error))
        return FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # Who reads has had enough, as head has; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        # Through the log, which masks secrets; Python itself would print them.
        logger.critical("Break in %s", " ".join(arguments), exc_info=error)
        console.print_error(PumphouseError(f"Internal error: {type(error).__name__}."))
        return FAILED


def build_parser() -> Parser:
    """Return the parser of all commands. Options for all may stand before or behind the command."""
    about = "Moves tenants and hosts from an old OpenStack cloud to a new one."
    parser = Parser(prog="pumphouse", description=about)
    parser.add_argument("-c", "--config", metavar="CONFIG", help="a config.yaml or clouds.yaml")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--version", action="version", version=f"Pumphouse {version('pumphouse')}")
    everywhere = Parser(add_help=False, argument_default=SUPPRESS)
    everywhere.add_argument("-c", "--config", metavar="CONFIG", help=SUPPRESS)
    everywhere.add_argument("--json", action="store_true", help=SUPPRESS)
    choices = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, command in all_commands().items():
        choice = choices.add_parser(
            name, help=command.help, description=command.help, parents=[everywhere]
        )
        command.add_arguments(choice)
    return parser


def _run_command(command: Command, options: Namespace, console: Console) -> int:
    prepare_database()
    if command.uses_clouds:
        _read_clouds(console)
    return command.run(options, console)


def _read_clouds(console: Console) -> None:
    """Make the clouds' rows the same as the configuration, and warn when others can read it."""
    if path := settings.PUMPHOUSE_CONFIG:
        register_configured_clouds()
        for warning in file_warnings(Path(path)):
            console.progress.print(f"Warning: {warning}", soft_wrap=True)


def _database_fault(error: OperationalError) -> PumphouseError:
    logger.debug("Lost the database", exc_info=error)
    said = " ".join(secrets.mask(str(error.args[-1])).split()).rstrip(".?")
    return PumphouseError(
        f"The database does not answer: {said}.",
        fix="Check DATABASE_URL, or PUMPHOUSE_HOME for the embedded one.",
    )
