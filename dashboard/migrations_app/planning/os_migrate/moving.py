"""The move that a folder of os-migrate's YAML asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dashboard.errors import BadInput
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.original_roles import reader_with_original_roles
from dashboard.migrations_app.models import LedgerEntry, Tenant
from dashboard.migrations_app.planning.choosing import Key
from dashboard.migrations_app.planning.drafts import original_of
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.planning.os_migrate.exporting import read_records
from dashboard.migrations_app.planning.os_migrate.importing import wanted_of
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.reading import Resource, read_folder
from dashboard.migrations_app.resources.reader import TenantRef

PROJECT_KIND = "openstack.identity.Project"


@dataclass(frozen=True, kw_only=True)
class FolderMove:
    """The move that a folder asks for, and the options of its plan."""

    move: Move
    options: Mapping[str, Any]


def tenant_of(folder: Path) -> str:
    """Return the id of the one project that a folder's resources belong to.

    Raises ``BadInput`` if they belong to none or to several.
    """
    resources = read_folder(folder)
    projects = {str(each.info["id"]) for each in resources if _is_project(each)}
    projects = projects or {str(id_) for each in resources if (id_ := each.info.get("project_id"))}
    if len(projects) != 1:
        count = f"{len(projects)} projects" if projects else "no project"
        raise BadInput(f"The files of {folder} are of {count}.", fix="Name the tenant as well.")
    return projects.pop()


def move_from(
    folder: Path, tenant: Tenant, destination: Cloud, choices: Mapping[str, str]
) -> FolderMove:
    """Read a folder and the tenant in its cloud, and return the move that the folder asks for.

    ``choices`` are stronger than those of the files. Raises ``BadInput`` with file, resource and
    key for what cannot be done.
    """
    source = TenantRef(tenant.project_id, tenant.name, tenant.domain_name)
    reader = reader_with_original_roles(tenant.cloud, connect(tenant.cloud), source)
    found = read_records(reader)
    entries = _entries(tenant.cloud, destination)
    originals = {key: original_of(record, entries.get(key)) for key, record in found.items()}
    asked = wanted_of(read_folder(folder), Names(reader, originals))
    move = Move(
        tenant=tenant,
        destination=destination,
        choices={**asked.choices, **choices},
        edits=asked.edits,
    )
    return FolderMove(move=move, options={ONLY: asked.only})


def _entries(source: Cloud, destination: Cloud) -> dict[Key, LedgerEntry]:
    """Return what has become of objects: files are compared with what they were before."""
    entries = LedgerEntry.objects.filter(source_cloud=source, destination_cloud=destination)
    return {entry.key: entry for entry in entries}


def _is_project(resource: Resource) -> bool:
    return resource.kind == PROJECT_KIND and bool(resource.info.get("id"))
