"""Whole lists of a service, page after page, also while others delete what is in them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from dashboard.clients.answers import Json, next_page, part_of
from dashboard.clients.refusals import RefusedError

BEGINNINGS = 10
NO_MARKER = (400, 404)
"""What services answer when the object that a page follows no longer exists: Nova and Glance 400,
Cinder and Neutron 404."""

Query = Mapping[str, Any] | None


def whole_list(
    read: Callable[[Query], Json], key: str, query: Query, *, cloud: str, request: str
) -> Iterator[Json]:
    """Yield every object of a collection once; ``read`` asks for the page of a query.

    Follows ``<key>_links`` (nova, cinder, neutron) and ``next`` (glance); keystone has none. Of a
    link only the query counts: behind a proxy its address may be another than ours, and glance's
    repeats the version that our endpoint ends with.

    A page follows the last object of the one before. Where that has been deleted meanwhile, the
    list is begun again. Raises ``NeedsOperator`` for what is not the whole list.
    """
    told: set[str] = set()
    for begins_again in reversed(range(BEGINNINGS)):
        before = frozenset(told)
        try:
            for each in _pages(read, key, query, cloud=cloud, request=request):
                name = _name(each)
                if name not in before:
                    told.add(name)
                    yield each
            return
        except RefusedError as error:
            if not (told and begins_again and error.status in NO_MARKER):
                raise


def _pages(read: Callable[[Query], Json], key: str, query: Query, **asked: str) -> Iterator[Json]:
    params = query
    while params is not None:
        body = read(params)
        yield from part_of(body, key, **asked)
        params = next_page(body, key, **asked)


def _name(each: Any) -> str:
    """Return what an object of a list is known by; grants and members have no id of their own."""
    known = each if isinstance(each, Mapping) else {}
    return str(known.get("id") or known.get("uuid") or each)
