"""The lines of a CSV file as spreadsheets save it: commas, semicolons or tabs between cells."""

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dashboard.errors import BadInput

SIGNS = (",", ";", "\t")
"""What may be between cells; the one that the heading has counts."""
QUOTE = 'Put a cell that has {sign!r} in it between double quotes: "mon{sign}wed 22:00-06:00 UTC".'


@dataclass(frozen=True, kw_only=True)
class Line:
    """A line of the file, with its number as editors count it."""

    number: int
    cells: Mapping[str, str]

    def error(self, column: str, words: str) -> str:
        """Return the sentence that names the line and the column."""
        return f"line {self.number}, column {column}: {words}"


def lines_of(text: str, *, known: Collection[str], needed: Sequence[str]) -> Iterator[Line]:
    """Yield the lines that are not empty. Raises ``BadInput`` that names the line."""
    text = text.removeprefix("\ufeff")
    heading, *_ = text.splitlines() or [""]
    sign = next((sign for sign in SIGNS if sign in heading), SIGNS[0])
    reader = csv.reader(io.StringIO(text), delimiter=sign)
    try:
        columns = _columns(next(reader, []), known=known, needed=needed)
        for row in reader:
            cells = [cell.strip() for cell in row]
            if any(cells):
                yield _line(reader.line_num, columns, cells, sign)
    except csv.Error as error:
        raise BadInput(f"line {reader.line_num}: {error}.", fix="Save it as CSV again.") from None


def _columns(heading: list[str], *, known: Collection[str], needed: Sequence[str]) -> list[str]:
    """Return the names of the columns. Those at the end that have none may only have empty cells,
    as spreadsheets add them."""
    columns = [each.strip().lower() for each in heading]
    while columns and not columns[-1]:
        columns.pop()
    if unknown := [each for each in columns if each not in known]:
        fix = f"Known: {', '.join(known)}."
        raise BadInput(f"line 1: there is no column {unknown[0]!r}.", fix=fix)
    if twice := [each for each in columns if columns.count(each) > 1]:
        raise BadInput(f"line 1: the column {twice[0]} is there twice.", fix="Remove one of both.")
    if missing := [each for each in needed if each not in columns]:
        raise BadInput(f"line 1: the column {missing[0]} is missing.", fix="Add it.")
    return columns


def _line(number: int, columns: Sequence[str], cells: Sequence[str], sign: str) -> Line:
    if any(cells[len(columns) :]):
        words = f"line {number}: it has {len(cells)} cells, and line 1 only {len(columns)}."
        raise BadInput(words, fix=QUOTE.format(sign=sign))
    padded = [*cells, *[""] * (len(columns) - len(cells))]
    return Line(number=number, cells=dict(zip(columns, padded, strict=False)))
