"""One image in the words of Glance's API v1 and of v2."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.legacy.translator import Json

_META, _PROPERTY = "x-image-meta-", "x-image-meta-property-"
# v1 has these, v2 has none of them or tells them otherwise
_NOT_TODAYS = ("properties", "is_public", "deleted", "deleted_at")
_NUMBERS = ("size", "min_disk", "min_ram", "virtual_size")
_TRUTHS = ("is_public", "protected", "deleted")
_TIMES = ("created_at", "updated_at")
# parameters that v1 filters by; others are properties
_FILTERS = ("name", "status", "container_format", "disk_format", "owner")
_NOT_FILTERS = ("limit", "marker", "sort_key", "sort_dir", "visibility", "member_status")
_PURGES = "x-glance-registry-purge-props"
# attributes of v2: a property of that name, as of a snapshot without bytes, is not told by v2
_ATTRIBUTES = frozenset(
    {
        *("id", "name", "status", "visibility", "owner", "protected", "tags", "checksum"),
        *("container_format", "disk_format", *_NUMBERS, *_TIMES, "self", "file", "schema"),
    }
)


def todays_image(image: Json) -> Json:
    """Return an image as v2 tells it: properties beside attributes, and a visibility.

    A size or a hash that is not known yet is absent, as in v2.
    """
    known = {name: value for name, value in image.items() if name not in _NOT_TODAYS}
    told = {name: value for name, value in known.items() if value is not None}
    times = {name: f"{told[name].rstrip('Z')}Z" for name in _TIMES if name in told}
    visibility = "public" if image["is_public"] else "private"
    if told.get("status") == "queued":
        told.pop("size", None)
    properties = {
        name: value
        for name, value in image["properties"].items()
        if value is not None and name not in _ATTRIBUTES
    }
    return {**properties, **told, **times, "visibility": visibility, "tags": []}


def image_of_headers(headers: Mapping[str, str]) -> Json:
    """Return an image of the headers that v1 answers a HEAD with, in the form of its lists.

    The names of properties are in lower case there.
    """
    told = {name.lower(): _text(value) for name, value in headers.items()}
    properties = {
        name.removeprefix(_PROPERTY): value
        for name, value in told.items()
        if name.startswith(_PROPERTY)
    }
    image: Json = {
        name.removeprefix(_META): value
        for name, value in told.items()
        if name.startswith(_META) and not name.startswith(_PROPERTY)
    }
    numbers = {name: int(image[name]) for name in _NUMBERS if image.get(name)}
    truths = {name: image.get(name, "False").lower() == "true" for name in _TRUTHS}
    named = {"name": image.get("name", "")}
    return {**image, **named, **numbers, **truths, "properties": properties}


def old_query(query: Mapping[str, str]) -> dict[str, str]:
    """Return the parameters of a list of v2 as v1 has them: properties have a name of their own."""
    found: dict[str, str] = {}
    for name, value in query.items():
        if name in _FILTERS:
            found[name] = value
        elif name not in _NOT_FILTERS:
            found[f"property-{name}"] = value
    return found


def old_headers(patch: Iterable[Mapping[str, Any]]) -> dict[str, str]:
    """Return the headers by which v1 makes a change of v2. Without the first it would take all
    other properties off."""
    headers = {_PURGES: "false"}
    for change in patch:
        name = change["path"].lstrip("/")
        prefix = _META if name in (*_FILTERS, *_NUMBERS, *_TRUTHS) else _PROPERTY
        headers[f"{prefix}{name}"] = str(change.get("value", ""))
    return headers


def _text(value: str) -> str:
    """Return a header's text: v1 writes UTF-8, requests reads Latin-1."""
    try:
        return value.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return value
