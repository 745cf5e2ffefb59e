"""The one way in which what is added by adding a file is found.

Resource types, job kinds, host actions, verbs, commands and checks each have a package of their
own; a file there is enough.
"""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from types import ModuleType
from typing import Any, TypeVar

Base = TypeVar("Base")


@dataclass(frozen=True)
class Declaration:
    """A class with a name of its own as its file declares it. Nothing has been imported for it.

    ``constants`` are its attributes that are written as plain values, ``summary`` is the first line
    of its docstring.
    """

    module: str
    class_name: str
    summary: str
    constants: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The name of what the class stands for."""
        return str(self.constants["name"])

    def load(self) -> type:
        """Import the class."""
        found: type = getattr(import_module(self.module), self.class_name)
        return found


def declared_in(package: ModuleType) -> Iterator[Declaration]:
    """Yield the classes that have the name of the file of the package which they are in.

    For what must be quick, as help: importing a file costs what all that it needs costs.
    """
    for folder in package.__path__:
        for path in sorted(Path(folder).glob("*.py")):
            for found in _declarations(path, f"{package.__name__}.{path.stem}"):
                if found.name == path.stem:
                    yield found


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


def _declarations(path: Path, module: str) -> Iterator[Declaration]:
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.ClassDef):
            summary = (ast.get_docstring(node) or "").partition("\n")[0]
            constants = dict(_constants(node))
            if "name" in constants:
                yield Declaration(module, node.name, summary, constants)


def _constants(node: ast.ClassDef) -> Iterator[tuple[str, Any]]:
    for each in node.body:
        match each:
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=value)):
                yield name, value
