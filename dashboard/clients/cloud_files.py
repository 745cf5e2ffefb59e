"""The files that clouds come from: a ``clouds.yaml`` or a Pumphouse ``config.yaml`` of 2015.

``clouds.yaml`` is OpenStack's own format, with a key ``pumphouse`` per cloud for what OpenStack
has no name for. Which of the two a file is shows in its top-level keys.
"""

import difflib
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_files_2015 import Clouds2015, Plugins, Settings
from dashboard.clients.cloud_files_2015 import read_settings as read_settings_2015
from dashboard.clients.cloud_keys import SECRET_KEYS
from dashboard.clients.clouds_yaml import CloudsYaml, secure_file
from dashboard.clients.effects_of_2015 import keys_without_effect
from dashboard.clients.yaml_sections import Section, read_section
from dashboard.errors import NotFound

__all__ = [
    "CloudAccess",
    "Plugins",
    "Settings",
    "file_warnings",
    "read_additions",
    "read_cloud",
    "read_clouds",
    "read_settings",
]

OTHERS_MAY = 0o077
_secret_key = re.compile(rf"\b(?:{'|'.join(SECRET_KEYS)})[\"']?\s*:")


class CloudsFile(Protocol):
    """The clouds of a file, whichever its format."""

    @property
    def names(self) -> list[str]:
        """The names of the clouds."""

    def read(self, name: str) -> CloudAccess:
        """Read one of them. Raises BadInput with file, line and key path for what is wrong."""


def read_clouds(path: Path) -> dict[str, CloudAccess]:
    """Return all clouds of a file by name; their secrets are registered for masking.

    Raises BadInput with file, line and key path for the first thing that is wrong.
    """
    clouds = _clouds_in(path)
    return {name: clouds.read(name) for name in clouds.names}


def read_cloud(path: Path, name: str) -> CloudAccess:
    """Return one cloud of a file; faults in the other clouds do not matter.

    Raises NotFound for a name that the file does not have, and BadInput as ``read_clouds``.
    """
    clouds = _clouds_in(path)
    if name not in clouds.names:
        near = difflib.get_close_matches(name, clouds.names, n=1)
        known = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(clouds.names)}."
        raise NotFound(f"{path} has no cloud {name}.", fix=known)
    return clouds.read(name)


def read_additions(path: Path) -> dict[str, dict[str, Any]]:
    """Return what a ``clouds.yaml`` says of clouds that it has no login of, by their names.

    These come from Fuel. Raises BadInput as ``read_clouds``.
    """
    clouds = _clouds_in(path)
    return clouds.additions() if isinstance(clouds, CloudsYaml) else {}


def read_settings(path: Path) -> Settings:
    """Return what a ``config.yaml`` says beside its clouds; the defaults for a ``clouds.yaml``.

    Raises BadInput with file, line and key path for what is wrong.
    """
    root = read_section(path)
    return Settings() if _is_clouds_yaml(root) else read_settings_2015(root)


def file_warnings(path: Path) -> list[str]:
    """Report what an operator should know of a file: who else can read it, and what is ignored."""
    root = read_section(path)
    if _is_clouds_yaml(root):
        return _readable_by_others([path, secure_file(path)])
    ignored = keys_without_effect(root)
    told = [f"{path}: these keys have no effect: {'; '.join(ignored)}."] if ignored else []
    return [*_readable_by_others([path]), *told]


def _readable_by_others(files: Iterable[Path | None]) -> list[str]:
    """Report which files with secrets other accounts of this machine can read or change."""
    return [
        f"{file} holds passwords, and other accounts can read or change it "
        f"(mode {file.stat().st_mode & 0o777:04o}): run chmod 600 {file}."
        for file in files
        if file and file.stat().st_mode & OTHERS_MAY and _holds_secret(file)
    ]


def _clouds_in(path: Path) -> CloudsFile:
    root = read_section(path)
    return CloudsYaml(path, root) if _is_clouds_yaml(root) else Clouds2015(root)


def _is_clouds_yaml(root: Section) -> bool:
    """Return whether it is one; without any clouds, what it has of Pumphouse's is for all."""
    return "clouds" in root or [*root] == ["pumphouse"]


def _holds_secret(path: Path) -> bool:
    return bool(_secret_key.search(path.read_text(encoding="utf-8", errors="replace")))
