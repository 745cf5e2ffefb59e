"""The ways for the data of a disk, one file each: found here, so that a file is enough.

``resources.data_path`` says what a path is.
"""

from collections.abc import Mapping
from functools import cache
from typing import Any

from dashboard import plugins
from dashboard.errors import BadInput
from dashboard.migrations_app.resources.data_path import DATA_PATH, DataPath

DEFAULT = "glance"
"""The path that needs nothing, which every disk can take."""


@cache
def data_paths() -> dict[str, DataPath]:
    """Return all paths by name."""
    found = plugins.named_classes(DataPath, __name__)
    return {cls.name: cls() for cls in sorted(found, key=lambda cls: cls.name)}


def data_path(name: str) -> DataPath:
    """Return the path of that name. Raises ``BadInput`` if there is none."""
    paths = data_paths()
    if name not in paths:
        raise BadInput(f"There is no data path {name!r}.", fix=f"Known: {', '.join(paths)}.")
    return paths[name]


def path_of(resolution: Mapping[str, Any]) -> DataPath:
    """Return the path that a plan chose for a disk; older plans know one only."""
    chosen: Mapping[str, Any] = resolution.get(DATA_PATH) or {}
    return data_path(chosen.get("name", DEFAULT))
