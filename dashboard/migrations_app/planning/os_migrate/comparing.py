"""Whether a parameter in a file is what the source has: only else it was edited.

os-migrate tells some values in another kind: numbers and truths as such, where the API has texts.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.planning.os_migrate.names import AUTH
from dashboard.migrations_app.planning.os_migrate.table import INFO, MIGRATION_PARAMS
from dashboard.migrations_app.resources.attributes import is_empty, normalize

OF_REFERENCES = {"name", "project_name", "domain_name"}


def is_same(theirs: Any, ours: Any) -> bool:
    """Return whether two values are equal, whatever the order and the kind of emptiness."""
    return bool(normalize(_as_text(theirs)) == normalize(_as_text(ours)))


def is_within(theirs: Any, ours: Any) -> bool:
    """Return whether all that a file says of other objects is so.

    References are equal by name. What a file does not say was not seen by whoever exported it.
    """
    if is_empty(theirs):
        return True
    if isinstance(theirs, Mapping):
        return isinstance(ours, Mapping) and _is_mapping_within(theirs, ours)
    if isinstance(theirs, list):
        return isinstance(ours, list) and _is_list_within(theirs, ours)
    return is_same(theirs, ours)


def is_unset(value: Any) -> bool:
    """Return whether a value, with all that is in it, is not set or false."""
    if isinstance(value, Mapping):
        return all(map(is_unset, value.values()))
    if isinstance(value, list):
        return all(map(is_unset, value))
    return not value


def _is_mapping_within(theirs: Mapping[str, Any], ours: Mapping[str, Any]) -> bool:
    if "name" in theirs and set(theirs) <= OF_REFERENCES:
        return theirs["name"] == AUTH or is_same(theirs["name"], ours.get("name"))
    told = (key for key in theirs if key not in (INFO, MIGRATION_PARAMS))
    return all(is_within(theirs[key], ours.get(key)) for key in told)


def _is_list_within(theirs: list[Any], ours: list[Any]) -> bool:
    """Return whether each entry is one of ours, and each of ours is there."""
    left = list(ours)
    for each in theirs:
        found = next((other for other in left if is_within(each, other)), None)
        if found is None:
            return False
        left.remove(found)
    return not left


def _as_text(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _as_text(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_as_text(inner) for inner in value]
    if isinstance(value, bool) or value in ("True", "False"):
        return str(value).lower()
    return str(float(value)) if isinstance(value, int | float) else _number_as_text(value)


def _number_as_text(value: Any) -> Any:
    return str(float(value)) if isinstance(value, str) and value.isdecimal() else value
