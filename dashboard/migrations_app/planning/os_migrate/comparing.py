"""Whether a parameter in a file is what the source has: only else it was edited."""

from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.planning.os_migrate.table import INFO, MIGRATION_PARAMS
from dashboard.migrations_app.resources.attributes import normalize

OF_REFERENCES = {"name", "project_name", "domain_name"}


def is_same(theirs: Any, ours: Any) -> bool:
    """Return whether both mean the same.

    Facts about nested resources do not count, references are equal by name, and neither the order
    of lists nor the kind of emptiness means anything.
    """
    return bool(normalize(_bare(theirs)) == normalize(_bare(ours)))


def is_unset(value: Any) -> bool:
    """Return whether a value, with all that is in it, is not set or false."""
    return not normalize(_bare(value)) or value == [{}]


def _bare(value: Any) -> Any:
    if isinstance(value, list | tuple):
        bare = [_bare(each) for each in value]
        return [each for each in bare if each not in (None, "", {}, [])]
    if not isinstance(value, Mapping):
        return value
    if "name" in value and set(value) <= OF_REFERENCES:
        return {"name": value["name"]} if value["name"] else None
    kept = {
        key: _bare(inner) for key, inner in value.items() if key not in (INFO, MIGRATION_PARAMS)
    }
    return {key: inner for key, inner in kept.items() if inner not in (None, "", {}, [])}
