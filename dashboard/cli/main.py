"""The entry point ``pumphouse``: settles the configuration file and prepares Django.

Commands import models at the top of their files, so none of them is imported before that.
"""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path
from pkgutil import iter_modules

import django

from dashboard.cli.command import BAD_INPUT
from dashboard.cli.console import Console
from dashboard.errors import BadInput

COMMANDS = (
    Path(__file__).with_name("commands"),
    Path(__file__).parent.parent / "hosts_app/actions",
    Path(__file__).parent.parent / "migrations_app/verbs",
)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Gives 0 when all is well, 1 when it failed, 2 for input it cannot use."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = len(list(takewhile("--json".__eq__, given)))
    if first < len(given) and is_configuration(given[first]):
        given[first : first + 1] = ["--config", given[first]]
    if configuration := _configuration(given):
        os.environ["PUMPHOUSE_CONFIG"] = str(Path(configuration).absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    try:
        django.setup()
    except BadInput as error:  # of a setting
        Console(json="--json" in given).print_error(error)
        return BAD_INPUT
    from dashboard.cli.command_line import run

    return run(given)


def is_configuration(argument: str) -> bool:
    """Return whether a first argument is a configuration file, as it always was in 2015."""
    if argument.endswith((".yaml", ".yml")):
        return True
    commands = {module.name for module in iter_modules(map(str, COMMANDS))}
    return argument not in commands and Path(argument).is_file()


def _configuration(arguments: Sequence[str]) -> str:
    """Return the last value of ``-c`` or ``--config``, "" when there is none.

    Looked up by hand: settings read the environment once, before there is a parser.
    """
    found = ""
    for flag, value in pairwise([*arguments, ""]):
        name, equals, joined = flag.partition("=")
        if name in ("-c", "--config"):
            found = joined if equals else value
    return found


if __name__ == "__main__":
    sys.exit(main())
