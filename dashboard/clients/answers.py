"""Reads the answers of OpenStack's services, and refuses those that are none.

A gateway's page with status 200 or 404, a body without the list that was asked for and a list that
was cut must never look like an empty cloud: whoever reads them might delete what they do not name.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlsplit

from dashboard.errors import NeedsOperator

Json = dict[str, Any]

_FIX = "Check the service's endpoint in the catalogue, and what stands in front of it; then retry."


def json_of(response: Any, *, cloud: str, request: str) -> Json:
    """Return the JSON of an answer below 400, {} for an empty one.

    A write may answer with text, as old releases do, but never with a page. Raises
    ``NeedsOperator`` for an answer that is not the service's own.
    """
    if not response.content:
        return {}
    try:
        body = response.json()
    except ValueError:
        if request.startswith("GET ") or _is_page(response):
            raise _not_the_service(response, cloud, request) from None
        return {}
    return body if isinstance(body, dict) else {"": body}


def check_absence(response: Any, *, cloud: str, request: str) -> None:
    """Raise ``NeedsOperator`` for a 404 that a gateway gave instead of the service.

    Services may say 404 with a page too (glance before 2019), but all of them add a request id.
    """
    signed = any(name.lower().endswith("request-id") for name in response.headers)
    if _is_page(response) and not signed:
        raise _not_the_service(response, cloud, request)


def part_of(body: Json, key: str, *, cloud: str, request: str) -> Any:
    """Return what an answer has under ``key``, all of it for "".

    Raises ``NeedsOperator`` where the key is missing: that is not an object or a list of none.
    """
    if key and key not in body:
        raise NeedsOperator(
            f"Cloud {cloud} answered {request} without {key!r}, which every release has.", fix=_FIX
        )
    return body[key] if key else body


def next_page(body: Json, key: str, *, cloud: str, request: str) -> dict[str, list[str]] | None:
    """Return the query for the page after this one, None after the last.

    Raises ``NeedsOperator`` for a list that Keystone's list_limit has cut, without a next page.
    """
    links = {link["rel"]: link["href"] for link in body.get(f"{key}_links", ())}
    collection = body.get("links")
    keystone = collection.get("next") if isinstance(collection, Mapping) else None
    if following := links.get("next") or body.get("next") or keystone:
        return parse_qs(urlsplit(str(following)).query)
    if body.get("truncated"):
        raise NeedsOperator(
            f"Cloud {cloud} answered {request} with only {len(body[key])} of its {key}.",
            fix="Remove list_limit from the configuration of its Keystone, then retry.",
        )
    return None


def _is_page(response: Any) -> bool:
    return str(response.headers.get("content-type", "")).startswith("text/html")


def _not_the_service(response: Any, cloud: str, request: str) -> NeedsOperator:
    kind = response.headers.get("content-type") or "something without a content type"
    address = str(response.url).partition("?")[0]
    return NeedsOperator(
        f"Cloud {cloud} answered {response.status_code} to {request} with {kind} instead of JSON, "
        f"at {address}.",
        fix=_FIX,
    )
