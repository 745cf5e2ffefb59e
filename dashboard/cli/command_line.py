"""Reads the command line, runs the command and turns its errors into a sentence and an exit code.

Django is prepared, and a command imported, when the command is reached: neither help nor the
version needs them.
"""

import logging
import os
import sys
from argparse import SUPPRESS, Action, ArgumentParser, Namespace
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any, NoReturn

from typing_extensions import override

from dashboard import secrets
from dashboard.cli.command import BAD_INPUT, FAILED, Command
from dashboard.cli.console import Console
from dashboard.cli.known_commands import KnownCommand, known_commands
from dashboard.cli.words_of_2015 import in_words_of_today
from dashboard.errors import BadInput, Conflict, PumphouseError
from dashboard.text_files import is_utf8

logger = logging.getLogger(__name__)


class Parser(ArgumentParser):
    """A parser whose errors are ours: one sentence, also with ``--json``."""

    @override
    def error(self, message: str) -> NoReturn:
        raise BadInput(f"{message[0].upper()}{message[1:]}.", fix=f"See {self.prog} --help.")


class CommandParser(Parser):
    """The parser of one command, which learns the arguments of the command when it has to."""

    known: KnownCommand | None = None

    @override
    def parse_known_args(self, *arguments: Any, **named: Any) -> Any:
        if self.known is not None:
            _prepare_django()
            self.known.command.add_arguments(self)
            self.known = None
        return super().parse_known_args(*arguments, **named)


class ShowVersion(Action):
    """Prints the version, which is only looked up for that."""

    @override
    def __call__(self, parser: ArgumentParser, *_: Any) -> NoReturn:
        print(f"Pumphouse {version('pumphouse')}")
        parser.exit()


def run(arguments: Sequence[str]) -> int:
    """Run the command that the arguments name and return its exit code."""
    console = Console(json="--json" in arguments)
    try:
        _require_text(arguments)
        options = build_parser().parse_args(in_words_of_today(arguments))
        code = _run_command(known_commands()[options.command].command, options, console)
        sys.stdout.flush()  # or a reader who has left is first noticed as Python exits, with 120
        return code
    except PumphouseError as error:
        console.print_error(error)
        return BAD_INPUT if isinstance(error, BadInput | Conflict) else FAILED
    except KeyboardInterrupt:
        return FAILED
    except BrokenPipeError:
        # Who reads has had enough, as head has; what is left goes nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED
    except Exception as error:
        console.print_error(_unexpected(error, arguments))
        return FAILED


def _require_text(arguments: Sequence[str]) -> None:
    for number, argument in enumerate(arguments, start=1):
        if not is_utf8(argument):
            raise BadInput(f"Argument {number} is not UTF-8 text.", fix="Set LANG, or retype it.")


def build_parser() -> Parser:
    """Return the parser of all commands. Options for all may stand before or after the command."""
    about = "Move tenants and hosts from an old OpenStack cloud to a new one."
    parser = Parser(prog="pumphouse", description=about)
    parser.add_argument("-c", "--config", metavar="CONFIG", help="a config.yaml or clouds.yaml")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--version", action=ShowVersion, nargs=0, help="print the version")
    everywhere = CommandParser(add_help=False, argument_default=SUPPRESS)
    everywhere.add_argument("-c", "--config", metavar="CONFIG", help=SUPPRESS)
    everywhere.add_argument("--json", action="store_true", help=SUPPRESS)
    choices = parser.add_subparsers(
        dest="command", metavar="COMMAND", required=True, parser_class=CommandParser
    )
    for name, known in known_commands().items():
        choice = choices.add_parser(
            name, help=known.help, description=known.help, parents=[everywhere]
        )
        choice.known = known
    return parser


def _prepare_django() -> None:
    """Load settings and models, once. Raises ``BadInput`` for a setting that cannot be used."""
    import django
    from django.apps import apps

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    if not apps.ready:
        django.setup()


def _run_command(command: Command, options: Namespace, console: Console) -> int:
    from dashboard.cli.database import prepare_database
    from dashboard.cli.recorded import run_recorded

    prepare_database()
    if command.uses_clouds:
        _read_clouds(console)
    if command.is_service:
        return command.run(options, console)
    return run_recorded(options, lambda: command.run(options, console))


def _read_clouds(console: Console) -> None:
    """Make the clouds' rows the same as the configuration, and warn when others can read it."""
    from django.conf import settings

    from dashboard.clients.cloud_files import file_warnings
    from dashboard.hosts_app.clouds import register_configured_clouds
    from dashboard.hosts_app.fuel.additions import unknown_additions

    if path := settings.PUMPHOUSE_CONFIG:
        register_configured_clouds()
        for warning in [*file_warnings(Path(path)), *unknown_additions()]:
            console.progress.print(f"Warning: {warning}", soft_wrap=True)


def _unexpected(error: Exception, arguments: Sequence[str]) -> PumphouseError:
    """Return the error for what no command has foreseen: a lost database, or a fault of ours."""
    from django.db import OperationalError

    if isinstance(error, OperationalError):
        return _database_fault(error)
    # Through the log, which masks secrets; Python itself would print them.
    logger.critical("Break in %s", " ".join(arguments), exc_info=error)
    return PumphouseError(f"Internal error: {type(error).__name__}.")


def _database_fault(error: Exception) -> PumphouseError:
    logger.debug("Lost the database", exc_info=error)
    said = " ".join(secrets.mask(str(error.args[-1])).split()).rstrip(".?")
    return PumphouseError(
        f"The database does not answer: {said}.",
        fix="Check DATABASE_URL, or PUMPHOUSE_HOME for the embedded one.",
    )
