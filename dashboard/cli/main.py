"""The entry point ``pumphouse``: chooses the configuration file, then runs the command line."""

import os
import sys
from collections.abc import Sequence
from itertools import pairwise, takewhile
from pathlib import Path

from dashboard.cli import command_line
from dashboard.cli.known_commands import known_commands
from dashboard.text_files import is_there


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command. Returns 0 for success, 1 for failure, 2 for input that cannot be used."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    first = len(list(takewhile("--json".__eq__, given)))
    if first < len(given) and is_configuration(given[first]):
        given[first : first + 1] = ["--config", given[first]]
    if configuration := _configuration(given):
        os.environ["PUMPHOUSE_CONFIG"] = str(Path(configuration).absolute())
    return command_line.run(given)


def is_configuration(argument: str) -> bool:
    """Return whether a first argument is a configuration file, as it always was in 2015."""
    if argument.endswith((".yaml", ".yml")):
        return True
    path = Path(argument)
    return argument not in known_commands() and is_there(path) and path.is_file()


def _configuration(arguments: Sequence[str]) -> str:
    """Return the last value of ``-c`` or ``--config``, "" when there is none.

    Looked up here: settings read the environment once, before the arguments have been parsed.
    """
    found = ""
    for flag, value in pairwise([*arguments, ""]):
        name, equals, joined = flag.partition("=")
        if name in ("-c", "--config"):
            found = joined if equals else value
    return found


if __name__ == "__main__":
    sys.exit(main())
