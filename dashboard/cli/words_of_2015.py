"""The command line of 2015, whose global flags come before the command, in today's words."""

from collections.abc import Sequence
from itertools import takewhile

from dashboard.cli.known_commands import known_commands
from dashboard.errors import BadInput

DUMP, FAKE = "--dump", "--fake"
OPTIONS_WITH_VALUE = ("-c", "--config")
WITH_GRAPH = {"plan": (), "migrate": ("--plan-only",)}
"""The commands that draw a graph, and what makes them a dry run, which ``--dump`` always was."""


def in_words_of_today(arguments: Sequence[str]) -> list[str]:
    """Return the arguments with the command as it is called now and ``--dump`` behind it.

    Raises ``BadInput`` for ``--fake``, and for ``--dump`` before a command that draws no graph.
    """
    place = _place_of_command(arguments)
    before, rest = [*arguments[:place]], [*arguments[place:]]
    if FAKE in before:
        raise BadInput(
            "There are no clouds in memory any more, which --fake stood for.",
            fix="Try Pumphouse on two real clouds on this machine: make demo.",
        )
    if rest and (name := rest[0].replace("_", "-")) in known_commands():
        rest[0] = name
    dump = [each for each in before if each.partition("=")[0] == DUMP]
    if not dump or not rest:
        return [*before, *rest]
    return _with_graph(before, rest)


def _with_graph(before: list[str], rest: list[str]) -> list[str]:
    if rest[0] not in WITH_GRAPH:
        raise BadInput(
            f"{DUMP} is of the commands {' and '.join(WITH_GRAPH)}.",
            fix="Commands about hosts show what they would do with --plan-only.",
        )
    at = next(n for n, each in enumerate(before) if each.partition("=")[0] == DUMP)
    end = at + 1 + len([*takewhile(lambda each: not each.startswith("-"), before[at + 1 :])])
    kept = before[:at] + before[end:]
    return [*kept, *rest, *WITH_GRAPH[rest[0]], *before[at:end]]


def _place_of_command(arguments: Sequence[str]) -> int:
    """Return where the command is: behind the flags and their values."""
    place = 0
    while place < len(arguments) and arguments[place].startswith("-"):
        flag = arguments[place]
        has_value = flag in OPTIONS_WITH_VALUE or (flag == DUMP and _is_file(arguments, place + 1))
        place += 2 if has_value else 1
    return place


def _is_file(arguments: Sequence[str], place: int) -> bool:
    """Return whether a file's name is there, and not a flag or the command itself."""
    if place >= len(arguments) or arguments[place].startswith("-"):
        return False
    return arguments[place].replace("_", "-") not in known_commands()
