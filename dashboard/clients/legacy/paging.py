"""Whole lists of old APIs, which page in their own ways or cut a list without a word."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.answers import next_page
from dashboard.clients.legacy.translator import Json, Translator


def by_links(
    api: Translator, path: str, key: str, query: Mapping[str, Any] | None = None
) -> list[Json]:
    """Return all pages of a list that links each page to the next."""
    found: list[Json] = []
    params: Mapping[str, Any] | None = dict(query or {})
    while params is not None:
        body = api.ask("GET", path, query=params)
        found += body[key]
        params = next_page(body, key, cloud=api.found.access.name, request=f"GET {path}")
    return found


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
