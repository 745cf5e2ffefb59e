"""Asks for confirmation before something is deleted."""

import sys
from collections.abc import Sequence

from dashboard.cli.console import Console
from dashboard.errors import BadInput


def confirmed_name(
    given: str | None, *, name: str, touched: Sequence[str], console: Console
) -> str:
    """List what is touched and return the name that the operator typed.

    Without ``--confirm`` it is asked for on a terminal. Raises ``BadInput`` for a wrong name, and
    without a terminal.
    """
    if given is not None:
        return _checked(given, name)
    for line in touched:
        console.print(f"  {line}")
    if not sys.stdin.isatty():
        raise BadInput("This needs confirmation.", fix=f"Give --confirm {name}.")
    console.progress.print(f"Type {name!r} to confirm: ", end="")
    return _checked(input(), name)


def _checked(given: str, name: str) -> str:
    if given.strip() != name:
        raise BadInput(
            f"{given!r} is not {name!r}, so nothing was done.", fix=f"Type {name} to confirm."
        )
    return name
