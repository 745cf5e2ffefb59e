"""Runs fuel-plugin-builder 4.2.0, which was written for Python 2.7, on Python 3.

The arguments are its own: ``--check DIRECTORY`` or ``--build DIRECTORY``. The package itself is not
changed; the parts of Python 2 that it needs are provided at run time.
"""

from collections.abc import Callable, Iterable
from typing import Any

import setuptools  # noqa: F401  # brings distutils to Python 3.12 and newer, before it is imported
import yaml
from fuel_plugin_builder import cli, version_mapping
from fuel_plugin_builder.actions import build


def _filter(wanted: Callable[[Any], bool], items: Iterable[Any]) -> list[Any]:
    """Filter as in Python 2: return a list."""
    return [item for item in items if wanted(item)]


def _text(text: str, _encoding: str) -> str:
    """Return an argument unchanged: Python 3 has already decoded it."""
    return text


def _load(stream: Any, loader: Any = yaml.SafeLoader, *, load: Any = yaml.load) -> Any:
    """Load YAML without naming a loader, as was once possible."""
    return load(stream, loader)


def main() -> None:
    """Run the builder's command line; it exits with 255 if the plugin is not valid."""
    cli.unicode = _text
    build.filter = version_mapping.filter = _filter
    yaml.load = _load  # type: ignore[assignment]
    cli.main()


if __name__ == "__main__":
    main()
