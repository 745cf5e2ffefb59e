"""Finds the resource types: every module of ``resources`` holds one."""

from functools import cache
from graphlib import TopologicalSorter
from importlib import import_module
from pkgutil import iter_modules

from dashboard.errors import BadInput
from dashboard.migrations_app import resources
from dashboard.migrations_app.contract import ResourceType


@cache
def resource_types() -> dict[str, ResourceType]:
    """Give all resource types by name, each after those that it needs."""
    for module in iter_modules(resources.__path__):
        import_module(f"{resources.__name__}.{module.name}")
    found = {cls.name: cls() for cls in _concrete(ResourceType)}
    order = TopologicalSorter({name: type_.needs for name, type_ in sorted(found.items())})
    return {name: found[name] for name in order.static_order()}


def resource_type(name: str) -> ResourceType:
    """Give one type. Raises ``BadInput`` when there is none of that name."""
    types = resource_types()
    if name not in types:
        raise BadInput(f"There is no resource type {name!r}.", fix=f"Known: {', '.join(types)}.")
    return types[name]


def _concrete(base: type[ResourceType]) -> list[type[ResourceType]]:
    found = [base] if "name" in vars(base) else []
    return found + [cls for sub in base.__subclasses__() for cls in _concrete(sub)]
