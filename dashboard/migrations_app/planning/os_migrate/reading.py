"""Reads a folder of os-migrate's YAML: its resources, each knowing its file, line and key."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from yaml.nodes import Node

from dashboard.clients.yaml_sections import Section, section_of
from dashboard.errors import BadInput
from dashboard.migrations_app.planning.os_migrate.archives import LONGEST, YAML, Texts, texts_of
from dashboard.migrations_app.planning.os_migrate.table import INFO, MIGRATION_PARAMS, PARAMS
from dashboard.text_files import read_bytes, read_text

KNOWN_VERSION = re.compile(r"1\.0(\.\d+)?")
KEYS = ("type", PARAMS, INFO, MIGRATION_PARAMS)
USER_DATA = "user_data"


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


def read_folder(folder: Path) -> Texts:
    """Return the text of each YAML file of a folder, or of an archive of one, by its path.

    Raises ``BadInput`` for a folder without any, and for what cannot be read.
    """
    if folder.is_file():
        return texts_of(read_bytes(folder, most=LONGEST + 1), name=str(folder))
    paths = sorted(path for path in folder.glob("*") if path.suffix in YAML)
    if not paths:
        raise BadInput(
            f"{folder} has no YAML files.",
            fix="Name a folder that os-migrate or export has written.",
        )
    return {str(path): read_text(path) for path in paths}


def resources_of(texts: Mapping[str, str]) -> list[Resource]:
    """Return the resources of all files. Raises ``BadInput`` with file and key for another format.

    It says what one file alone is wrong in; nothing is compared with a cloud.
    """
    return [each for name in sorted(texts) for each in _resources(texts[name], name=name)]


def without_user_data(texts: Mapping[str, str]) -> Texts:
    """Return the files without user data, which may hold passwords; lines keep their numbers.

    Nothing is lost: it cannot be edited, and moves with its server. Raises as ``resources_of``.
    """
    return {name: _cut(text, [*_user_data(text, name=name)]) for name, text in texts.items()}


def _user_data(text: str, *, name: str) -> Iterator[Node]:
    for resource in _resources(text, name=name):
        params = resource.section.optional_section(PARAMS)
        yield from params.nodes_of(USER_DATA) if params else ()


def _cut(text: str, nodes: Iterable[Node]) -> str:
    """Return the text with ``null`` in place of values, and as many lines as before."""
    for node in sorted(nodes, key=lambda node: node.start_mark.index, reverse=True):
        start, end = node.start_mark.index, node.end_mark.index
        lines = text[start:end].count("\n")
        text = f"{text[:start]}null{chr(10) * lines}{text[end:]}"
    return text


def _resources(text: str, *, name: str) -> list[Resource]:
    root = section_of(text, name=name)
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
