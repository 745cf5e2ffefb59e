"""The one way in which what is added by adding a file is found.

Resource types, job kinds, host actions, verbs, commands and checks each have a package of their
own; a file there is enough.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import walk_packages
from types import ModuleType
from typing import TypeVar

Base = TypeVar("Base")


def modules_in(package: ModuleType | str) -> Iterator[ModuleType]:
    """Yield every module below a package, imported, in the order of their names."""
    if isinstance(package, str):
        package = import_module(package)
    for module in walk_packages(package.__path__, f"{package.__name__}."):
        yield import_module(module.name)


def named_classes(base: type[Base], *packages: ModuleType | str) -> list[type[Base]]:
    """Return the subclasses of ``base`` at any depth that have a ``name`` of their own.

    The packages are imported first. One may be given by its name, where importing it would close
    a circle. A class without a name of its own is only there to be
    inherited from.
    """
    for package in packages:
        for _ in modules_in(package):
            pass
    return list(_named(base))


def _named(base: type[Base]) -> Iterator[type[Base]]:
    for cls in base.__subclasses__():
        if isinstance(vars(cls).get("name"), str):
            yield cls
        yield from _named(cls)
