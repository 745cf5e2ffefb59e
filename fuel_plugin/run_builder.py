"""Runs fuel-plugin-builder 4.2.0, which was written for Python 2.7, on Python 3.

Takes its arguments: ``--check DIRECTORY`` or ``--build DIRECTORY``. Nothing in the package is
touched; what it expects of Python 2 is put where it looks for it.
"""

from collections.abc import Callable, Iterable
from typing import Any

import setuptools  # noqa: F401  # brings distutils to Python 3.12 and newer, before it is imported
import yaml
from fuel_plugin_builder import cli, version_mapping
from fuel_plugin_builder.actions import build


def _filter(wanted: Callable[[Any], bool], items: Iterable[Any]) -> list[Any]:
    """Filter as Python 2 did: the result has a length and items."""
    return [item for item in items if wanted(item)]


def _text(text: str, _encoding: str) -> str:
    """Return an argument, which Python 3 has decoded already."""
    return text


def _load(stream: Any, loader: Any = yaml.SafeLoader, *, load: Any = yaml.load) -> Any:
    """Read YAML as it could be read before a loader had to be named."""
    return load(stream, loader)


def main() -> None:
    """Run the command line of the builder; it exits with 255 for a plugin that is not valid."""
    cli.unicode = _text
    build.filter = version_mapping.filter = _filter
    yaml.load = _load  # type: ignore[assignment]
    cli.main()


if __name__ == "__main__":
    main()
