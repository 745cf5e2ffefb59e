"""Reads a folder of os-migrate's YAML: its resources, each knowing its file, line and key."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dashboard.clients.yaml_sections import Section, read_section
from dashboard.errors import BadInput
from dashboard.migrations_app.planning.os_migrate.table import INFO, MIGRATION_PARAMS, PARAMS

KNOWN_VERSION = re.compile(r"1\.0(\.\d+)?")
KEYS = ("type", PARAMS, INFO, MIGRATION_PARAMS)


@dataclass(frozen=True)
class Resource:
    """One resource of a file."""

    section: Section

    @cached_property
    def kind(self) -> str:
        """Its type, as os-migrate calls it."""
        return self.section.text("type")

    @cached_property
    def params(self) -> dict[str, Any]:
        """What it is to be."""
        return self.section.section(PARAMS).plain()

    @cached_property
    def info(self) -> dict[str, Any]:
        """What it is in the source."""
        return self.section.plain_mapping(INFO)

    @cached_property
    def migration_params(self) -> dict[str, Any]:
        """How it is to be moved."""
        return self.section.plain_mapping(MIGRATION_PARAMS)

    @property
    def called(self) -> str:
        """What errors call it: "Network shop-net"."""
        kind = self.kind.rpartition(".")[2]
        return f"{kind} {self.params.get('name') or self.info.get('id') or ''}".strip()

    def fault(self, sentence: str, *, key: str, part: str = PARAMS, fix: str = "") -> BadInput:
        """Return the error about a key of the resource, with file and line; the caller raises."""
        section = self.section.optional_section(part) or self.section
        return section.fault(f"{self.called}: {sentence}", key=key, fix=fix)

    def nested(self, param: str) -> "list[Resource]":
        """Return the resources in a list that is one of the parameters."""
        return [Resource(each) for each in self.section.section(PARAMS).sections(param)]


def read_folder(folder: Path) -> list[Resource]:
    """Return the resources of all YAML files of a folder.

    Raises ``BadInput`` for a folder without any, and with file and key for another format.
    """
    paths = sorted(path for path in folder.glob("*") if path.suffix in (".yml", ".yaml"))
    if not paths:
        raise BadInput(
            f"{folder} has no YAML files.",
            fix="Name a folder that os-migrate or export has written.",
        )
    return [resource for path in paths for resource in _resources(path)]


def _resources(path: Path) -> list[Resource]:
    root = read_section(path)
    version = root.text("os_migrate_version")
    if not KNOWN_VERSION.fullmatch(version):
        sentence = "Only the format of os-migrate 1.0 is known here."
        raise root.fault(
            sentence, key="os_migrate_version", fix="Export again with os-migrate 1.0."
        )
    sections = root.sections("resources")
    for section in sections:
        section.only(KEYS)
    return [Resource(section) for section in sections]
