"""Writes a tenant as os-migrate does: a file for each type that the tenant has objects of."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import BadInput
from dashboard.migrations_app.planning.os_migrate.archives import Texts
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.parts import PARTS
from dashboard.migrations_app.planning.os_migrate.tables import TABLES
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.registry import resource_types

VERSION = "1.0.5"
"""The version of os-migrate whose format this is, which it wants to be exactly its own."""
OWNER_ONLY = 0o600

Documents = Mapping[str, Json]


class _Dumper(yaml.SafeDumper):
    """Writes what stands in several places in each of them: people edit it in one."""

    @override
    def ignore_aliases(self, data: Any) -> bool:
        return True


def read_records(reader: TenantReader) -> dict[tuple[str, str], Record]:
    """Return all objects of a tenant by type and id."""
    return {
        (record.type, record.id): record
        for type_ in resource_types().values()
        for record in type_.discover(reader)
    }


def documents_of(names: Names, *, version: str = VERSION) -> Documents:
    """Return the content of each file by its name. Objects of other projects are in none."""
    resources: dict[str, list[Json]] = {}
    for table in TABLES:
        for record in _own(names, table.type):
            resources.setdefault(table.file, []).append(table.resource(record, names))
    for parts in PARTS:
        for record in _own(names, parts.type):
            resources.setdefault(parts.file, []).extend(parts.resources(record, names))
    return {
        name: {"os_migrate_version": version, "resources": found}
        for name, found in resources.items()
        if found
    }


def _own(names: Names, type_name: str) -> list[Record]:
    """Return the tenant's own objects; volumes that servers have stand with those."""
    return [
        record
        for record in names.of_type(type_name)
        if not record.shared and not record.fields.get("server_ids")
    ]


def texts_of_documents(documents: Documents) -> Texts:
    """Return the text of each file by its name."""
    return {name: yaml.dump(content, Dumper=_Dumper) for name, content in documents.items()}


def write_texts(texts: Mapping[str, str], folder: Path) -> list[Path]:
    """Write the files that are not there yet, and return them; equal ones stay untouched.

    They are for their owner alone: user data may hold passwords. Raises ``BadInput`` before
    anything is written, if a file is there and differs: it may be edited.
    """
    try:
        missing = [name for name, text in texts.items() if not _is_same(folder / name, text)]
        folder.mkdir(parents=True, exist_ok=True)
        for name in missing:
            (folder / name).touch(mode=OWNER_ONLY)
            (folder / name).write_text(texts[name], encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {os.strerror(error.errno or 0)}.") from None
    return [folder / name for name in missing]


def _is_same(path: Path, text: str) -> bool:
    """Return whether a file has that text. Raises ``BadInput`` if it has another."""
    if not path.exists():
        return False
    if path.read_text(encoding="utf-8", errors="replace") != text:
        raise BadInput(
            f"{path} is there and differs from the tenant: it may be edited.",
            fix="Export to another folder, or remove it.",
        )
    return True
