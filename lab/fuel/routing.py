"""Routes requests to the functions that handle them."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from lab.fuel.master import Master
from lab.fuel.refusal import Refusal, not_found

OK, CREATED, ACCEPTED, NO_CONTENT = 200, 201, 202, 204


@dataclass(frozen=True, kw_only=True)
class Call:
    """A request: ``ids`` are the numbers in its path, in order."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    ids: tuple[int, ...] = ()


class Python(list[Any]):
    """Rows that Nailgun answers with in Python's own notation instead of JSON."""


Handler = Callable[[Master, Call], Any]
_routes: list[tuple[str, re.Pattern[str], int, Handler]] = []


def route(method: str, path: str, *, status: int = OK) -> Callable[[Handler], Handler]:
    """Register a function for requests; # in the path is a number, | separates alternatives."""

    def keep(handler: Handler) -> Handler:
        pattern = re.compile(f"(?:{path})".replace("#", r"(\d+)"))
        _routes.append((method, pattern, status, handler))
        return handler

    return keep


def answer(master: Master, call: Call) -> tuple[int, Any]:
    """Return status and body, without the stand-in's own keys. Raises Refusal."""
    path = call.path.strip("/")
    matches = [(one, one[1].fullmatch(path)) for one in _routes]
    fitting = [(one, match) for one, match in matches if match]
    for (method, _, status, handler), match in fitting:
        if method == call.method:
            ids = tuple(int(found) for found in match.groups())
            return status, _public(handler(master, replace(call, path=path, ids=ids)))
    raise Refusal(405, "None", plain=True) if fitting else not_found("Resource")


def _public(value: Any) -> Any:
    if isinstance(value, Python):
        return value
    if isinstance(value, list):
        return [_public(one) for one in value]
    if isinstance(value, dict):
        return {key: one for key, one in value.items() if not key.startswith("_")}
    return value
