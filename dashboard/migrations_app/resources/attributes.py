"""Attributes of API objects: which are set, which name others, which are equal."""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import Json


def normalize(value: Any) -> Any:
    """Return a value in a form in which equal things compare equal: no order in lists, no
    empties."""
    if isinstance(value, Mapping):
        return {key: normalize(inner) for key, inner in sorted(value.items())}
    if isinstance(value, list | tuple):
        return sorted((normalize(inner) for inner in value), key=repr)
    return None if is_empty(value) else value


def is_empty(value: Any) -> bool:
    """Return whether a value means "not set"; False and 0 are values."""
    return value is None or value in ("", [], {}, ())


def ids_in(value: Any) -> list[str]:
    """Return the ids in a reference attribute, which is one id, a list of them, or nothing."""
    if isinstance(value, str):
        return [value] if value else []
    return [str(inner) for inner in value or ()]


def only_set(fields: Mapping[str, Any], names: Iterable[str]) -> Json:
    """Return the attributes of that names that are set: what a create call is made from."""
    return {name: fields[name] for name in names if not is_empty(fields.get(name))}
