"""What Nova, Cinder and Glance of the stand-in have in common: rows that change while one looks."""

from collections.abc import Mapping
from typing import Any

from tests.support.juno.messages import Json, Reply

LATER = "~later"
GONE = "~gone"
"""The change that takes a row away."""


def shown(row: Mapping[str, Any], *hidden: str) -> Json:
    """Return a row as it is told: without our own notes, and without what is hidden."""
    return {n: value for n, value in row.items() if not n.startswith(("~", *hidden))}


def settle(rows: list[Json]) -> list[Json]:
    """Return the rows, and apply to each what was to follow: it is seen the next time."""
    seen = [dict(row) for row in rows]
    for row in [*rows]:
        row.update(row.pop(LATER, {}))
        if row.get(GONE):
            rows.remove(row)
    return seen


def look(rows: list[Json], id_: str) -> Json | None:
    """Return the row of that id as it is now, None for none, and apply what was to follow."""
    mine = [row for row in rows if row["id"] == id_]
    if not mine:
        return None
    seen = dict(mine[0])
    mine[0].update(mine[0].pop(LATER, {}))
    if mine[0].get(GONE):
        rows.remove(mine[0])
    return seen


def row_of(rows: list[Json], id_: str) -> Json | None:
    """Return the row of that id itself, to be changed; None for none."""
    return next((row for row in rows if row["id"] == id_), None)


def named_error(names: Mapping[int, str], status: int, message: str) -> Json:
    """Return the body of an error of Nova or Cinder: its name depends on the status."""
    return {names.get(status, "computeFault"): {"message": message, "code": status}}


NAMES = {
    **{400: "badRequest", 403: "forbidden", 404: "itemNotFound", 409: "conflictingRequest"},
    **{413: "overLimit", 501: "notImplemented", 503: "serviceUnavailable"},
}
UNKNOWN = Reply(404, "404 Not Found\n\nThe resource could not be found.\n\n   ")
"""The answer of all services to a path that there is not."""
