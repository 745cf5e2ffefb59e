"""Finds the resource types in the modules of ``resources``."""

from functools import cache
from graphlib import TopologicalSorter

from dashboard import plugins
from dashboard.errors import BadInput
from dashboard.migrations_app import resources
from dashboard.migrations_app.resources.base import ResourceType


@cache
def resource_types() -> dict[str, ResourceType]:
    """Return all resource types by name, each after those that it needs."""
    found = {cls.name: cls() for cls in plugins.named_classes(ResourceType, resources)}
    order = TopologicalSorter({name: type_.needs for name, type_ in sorted(found.items())})
    return {name: found[name] for name in order.static_order()}


def resource_type(name: str) -> ResourceType:
    """Return the type of that name. Raises ``BadInput`` if there is none."""
    types = resource_types()
    if name not in types:
        raise BadInput(f"There is no resource type {name!r}.", fix=f"Known: {', '.join(types)}.")
    return types[name]


@cache
def needed_by(name: str) -> frozenset[str]:
    """Return the names of a type and of all types that it needs, directly or not."""
    return frozenset({name}).union(*map(needed_by, resource_type(name).needs))
