"""The files that clouds come from: a ``clouds.yaml`` or a Pumphouse ``config.yaml`` of 2015.

``clouds.yaml`` is OpenStack's own format, with a key ``pumphouse`` per cloud for what OpenStack
has no name for. Which of the two a file is shows in its top-level keys.
"""

import difflib
import re
from collections.abc import Callable
from pathlib import Path

from dashboard.clients import cloud_files_2015
from dashboard.clients.cloud_access import (
    AUTH_KEYS,
    EXTRA_KEYS,
    OPTION_KEYS,
    SECRET_KEYS,
    CloudAccess,
    read_access,
)
from dashboard.clients.cloud_files_2015 import Plugins, Settings
from dashboard.clients.yaml_sections import Section, overlaid, read_section
from dashboard.errors import NotFound

__all__ = [
    "CloudAccess",
    "Plugins",
    "Settings",
    "file_warnings",
    "read_cloud",
    "read_clouds",
    "read_settings",
]

CLOUD_KEYS = {"auth", "profile", "regions", "pumphouse", *OPTION_KEYS}
OTHERS_MAY = 0o077
_secret_key = re.compile(rf"\b(?:{'|'.join(SECRET_KEYS)})[\"']?\s*:")


def read_clouds(path: Path) -> dict[str, CloudAccess]:
    """Return all clouds of a file by name; their secrets are registered for masking.

    Raises BadInput with file, line and key path for the first thing that is wrong.
    """
    sections, read = _cloud_sections(path)
    return {name: read(name, section) for name, section in sections.items()}


def read_cloud(path: Path, name: str) -> CloudAccess:
    """Return one cloud of a file; faults in the other clouds do not matter.

    Raises NotFound for a name that the file does not have, and BadInput as ``read_clouds``.
    """
    sections, read = _cloud_sections(path)
    if name not in sections:
        near = difflib.get_close_matches(name, sections, n=1)
        known = f"Did you mean {near[0]}?" if near else f"It has: {', '.join(sections)}."
        raise NotFound(f"{path} has no cloud {name}.", fix=known)
    return read(name, sections[name])


def read_settings(path: Path) -> Settings:
    """Return what a ``config.yaml`` says beside its clouds; the defaults for a ``clouds.yaml``.

    Raises BadInput with file, line and key path for what is wrong.
    """
    root = read_section(path)
    return Settings() if "clouds" in root else cloud_files_2015.read_settings(root)


def file_warnings(path: Path) -> list[str]:
    """Report which of the files with secrets other accounts of this machine can read or change."""
    return [
        f"{file} holds passwords, and other accounts can read or change it "
        f"(mode {file.stat().st_mode & 0o777:04o}): run chmod 600 {file}."
        for file in (path, *_secure_files(path))
        if file.stat().st_mode & OTHERS_MAY and _holds_secret(file)
    ]


def _cloud_sections(
    path: Path,
) -> tuple[dict[str, Section], Callable[[str, Section], CloudAccess]]:
    root = read_section(path)
    if "clouds" not in root:
        return cloud_files_2015.cloud_sections(root), cloud_files_2015.read_cloud
    for secure in _secure_files(path):
        root = overlaid(root, read_section(secure))
    clouds = root.section("clouds")
    return {name: clouds.section(name) for name in clouds}, _read_openstack_cloud


def _read_openstack_cloud(name: str, section: Section) -> CloudAccess:
    """Read an entry of ``clouds``. Other tools keep keys there too, so only near misses count."""
    section.refuse_misspelt(CLOUD_KEYS)
    auth = section.section("auth")
    auth.refuse_misspelt(AUTH_KEYS)
    extras = section.optional_section("pumphouse")
    if extras:
        extras.only(EXTRA_KEYS)
    return read_access(name, auth=auth, options=section, extras=extras)


def _secure_files(path: Path) -> list[Path]:
    """Return OpenStack's own second file for secrets, when it is there."""
    files = (path.with_name(f"secure{suffix}") for suffix in (".yaml", ".yml"))
    return [file for file in files if file != path and file.is_file()]


def _holds_secret(path: Path) -> bool:
    return bool(_secret_key.search(path.read_text(encoding="utf-8", errors="replace")))
