"""Whole lists of old APIs, which page in their own ways or cut a list without a word."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.legacy.answers import OldApiRefusedError
from dashboard.clients.legacy.translator import Json, Translator
from dashboard.clients.lists import NO_MARKER
from dashboard.errors import Retryable


def by_marker(
    api: Translator, path: str, key: str, query: Mapping[str, Any] | None = None
) -> list[Json]:
    """Return all of a list whose pages follow the last object of the one before.

    Until Havana a list that is cut (osapi_max_limit) has a link to the rest only where a limit was
    asked for. So it is asked for what follows until there is nothing. Raises ``Retryable`` where
    the last object has been deleted meanwhile.
    """
    found: dict[str, Json] = {}
    while True:
        marker = {"marker": next(reversed(found))} if found else {}
        try:
            page = api.ask("GET", path, query={**(query or {}), **marker})[key]
        except OldApiRefusedError as error:
            if not marker or error.response.status_code not in NO_MARKER:
                raise
            raise _deleted_meanwhile(api, path) from error
        new = {each["id"]: each for each in page if each["id"] not in found}
        if not new:
            return [*found.values()]
        found |= new


def by_offset(
    api: Translator, path: str, key: str, query: Mapping[str, Any] | None = None
) -> list[Json]:
    """Return all of a list that is cut without a link to the rest (osapi_max_limit).

    It is asked for what follows until there is nothing new: where an offset means nothing, that is
    at once.
    """
    found: dict[str, Json] = {}
    while True:
        offset = {"offset": str(len(found))} if found else {}
        page = api.ask("GET", path, query={**(query or {}), **offset})[key]
        new = {each["id"]: each for each in page if each["id"] not in found}
        found |= new
        if not new:
            return [*found.values()]


def _deleted_meanwhile(api: Translator, path: str) -> Retryable:
    cloud = api.found.access.name
    return Retryable(f"Something was deleted in cloud {cloud} while {path} was read.")
