"""Asks before something is deleted."""

import sys
from collections.abc import Sequence

from dashboard.cli.screen import Screen
from dashboard.errors import BadInput


def confirmed_name(given: str | None, *, name: str, touched: Sequence[str], screen: Screen) -> str:
    """List what is touched and give the name that the operator confirms with.

    On a terminal it is asked for, else ``--confirm`` must have given it: ``BadInput`` without.
    """
    if given is not None:
        return _checked(given, name)
    for line in touched:
        screen.tell(f"  {line}")
    if not sys.stdin.isatty():
        raise BadInput("This needs a confirmation.", fix=f"Give --confirm {name}.")
    screen.progress.print(f"Type the name {name!r} to go on: ", end="")
    return _checked(input(), name)


def _checked(given: str, name: str) -> str:
    if given.strip() != name:
        raise BadInput(f"{given!r} is not {name!r}, so nothing was done.")
    return name
