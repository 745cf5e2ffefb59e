"""Attributes of API objects: which are set, which name other objects, which are equal."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.records import IdLookup


def normalize(value: Any) -> Any:
    """Return a value in a form in which equal values compare equal.

    The order of lists means nothing, and neither does the kind of emptiness.
    """
    if is_empty(value):
        return None
    if isinstance(value, Mapping):
        return {key: normalize(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list | tuple):
        return sorted((normalize(inner) for inner in value), key=repr)
    return value


def is_empty(value: Any) -> bool:
    """Return whether a value means "not set"; False and 0 are values."""
    return value is None or value in ("", [], {}, ())


def ids_in(value: Any) -> list[str]:
    """Return the ids in an attribute that names others: one id, a list of them, or nothing."""
    if isinstance(value, str):
        return [value] if value else []
    return [str(inner) for inner in value or ()]


def only_set(fields: Mapping[str, Any], names: Iterable[str]) -> Json:
    """Return the named attributes that are set."""
    return {name: fields[name] for name in names if not is_empty(fields.get(name))}


def expected_id(destination_id_of: IdLookup, type_name: str, source_id: str) -> str:
    """Return the id that an object of the source must have become, or words that equal no id."""
    return destination_id_of(type_name, source_id) or f"no copy of {source_id}"
