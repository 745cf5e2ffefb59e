"""The releases that a cloud in memory can be: versions, extensions, quotas and error bodies.

``queens.json`` and ``2025.1.json`` are made from recordings of real services by ``reduce``; the two
others say what they have beside or without one of those.
"""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ORDER = ("queens", "2023.1", "2025.1", "2026.2")
# recordings are of reads only: with which policies services deny readers to write is said here
_HONOURS_READER = {
    "queens": frozenset[str](),
    "2023.1": frozenset({"compute", "image"}),
    "2025.1": frozenset({"compute", "image", "network", "block_storage"}),
    "2026.2": frozenset({"compute", "image", "network", "block_storage"}),
}


@dataclass(frozen=True, kw_only=True)
class Release:
    """What sets a release apart. ``versions`` are version documents by service; ``honours_reader``
    names the services whose policies let a reader change nothing."""

    name: str
    versions: dict[str, Any]
    extensions: frozenset[str]
    newest: dict[str, str]
    quotas: dict[str, dict[str, int]]
    formats: dict[str, list[str]]
    honours_reader: frozenset[str]

    def is_from(self, name: str) -> bool:
        """Return whether this is that release or a later one."""
        return ORDER.index(self.name) >= ORDER.index(name)


@cache
def release_named(name: str) -> Release:
    """Return the release of that name."""
    found = _read(name)
    return Release(
        name=name,
        versions=found["versions"],
        extensions=frozenset(found["extensions"]),
        newest=found["newest"],
        quotas=found["quotas"],
        formats=found["formats"],
        honours_reader=_HONOURS_READER[name],
    )


def _read(name: str) -> dict[str, Any]:
    """Read a release's file, over the one that it says it is like."""
    path = Path(__file__).with_name(f"{name}.json")
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    if "like" not in found:
        return found
    like = _read(found["like"])
    extensions = {*like["extensions"], *found["more_extensions"]} - {*found["less_extensions"]}
    newest = {**like["newest"], **found["newest"]}
    versions = json.dumps(like["versions"])
    for service, version in newest.items():
        versions = versions.replace(f'"{like["newest"][service]}"', f'"{version}"')
    return {
        **like,
        "versions": json.loads(versions),
        "newest": newest,
        "extensions": sorted(extensions),
    }
