"""Where a command's output goes: to people, or as one JSON document to a program.

rich is imported when there is something to draw: errors and JSON do without.
"""

import json as json_text
import sys
from collections.abc import Iterable, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dashboard import secrets
from dashboard.errors import Conflict, PumphouseError
from dashboard.visible_text import visible, visible_json

if TYPE_CHECKING:
    from rich.console import Console as Terminal
    from rich.console import RenderableType

Json = Mapping[str, Any]

WIDTH = 200


class Console:
    """The terminal of one command.

    What people read goes to standard output, or to standard error when ``json`` asks for a
    document; progress always goes to standard error.
    """

    def __init__(self, *, json: bool = False) -> None:
        self.json = json

    @cached_property
    def progress(self) -> "Terminal":
        """The terminal for what is only of interest while the command runs."""
        return _terminal(stderr=True)

    @cached_property
    def _people(self) -> "Terminal":
        return self.progress if self.json else _terminal(stderr=False)

    def print(self, what: "RenderableType") -> None:
        """Show a line, a table or anything else that rich can draw."""
        shown = visible(what) if isinstance(what, str) else what
        self._people.print(shown, soft_wrap=True)

    def print_table(self, *headings: str, rows: Iterable[Iterable[object]]) -> None:
        """Show rows below headings; nothing at all when there are no rows."""
        from rich.table import Table

        table = Table(box=None, pad_edge=False, header_style="bold")
        for heading in headings:
            # Folded and not cut: names and ids are there to be used.
            table.add_column(heading, overflow="fold")
        for row in rows:
            table.add_row(*(visible(str(cell)) for cell in row))
        if table.row_count:
            self._people.print(table)

    def print_json(self, document: Json) -> None:
        """Print the document, once and only when one was asked for."""
        if self.json:
            text = json_text.dumps(document, indent=2, default=str, ensure_ascii=False)
            print(visible_json(text))

    def print_error(self, error: PumphouseError) -> None:
        """Print what went wrong and what helps: a sentence and, where asked for, a document."""
        sentence, fix = secrets.mask(error.sentence), secrets.mask(error.fix)
        job = error.job if isinstance(error, Conflict) else None
        lines = [f"pumphouse: {sentence}", fix, f"See it: pumphouse status {job}" if job else ""]
        print(visible("\n  ".join(line for line in lines if line)), file=sys.stderr)
        self.print_json({"error": sentence, "fix": fix, **({"job": job} if job else {})})


def _terminal(*, stderr: bool) -> "Terminal":
    """Return a terminal of its own width, or wide enough for any table where there is none."""
    from dashboard.cli.terminal import SafeTerminal

    terminal = SafeTerminal(stderr=stderr)
    if terminal.is_terminal:
        return terminal
    return SafeTerminal(stderr=stderr, width=WIDTH)
