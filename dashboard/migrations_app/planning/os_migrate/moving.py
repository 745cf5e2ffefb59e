"""The move that a folder of os-migrate's YAML asks for."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from dashboard.errors import BadInput, NotFound
from dashboard.hosts_app.clouds import connect
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.original_roles import reader_with_original_roles
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant, TenantFiles
from dashboard.migrations_app.planning.choosing import Key
from dashboard.migrations_app.planning.drafts import original_of
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.planning.os_migrate.archives import archive_of
from dashboard.migrations_app.planning.os_migrate.exporting import (
    documents_of,
    read_records,
    texts_of_documents,
)
from dashboard.migrations_app.planning.os_migrate.importing import wanted_of
from dashboard.migrations_app.planning.os_migrate.names import Names
from dashboard.migrations_app.planning.os_migrate.reading import Resource, resources_of
from dashboard.migrations_app.planning.os_migrate.wanted import Wanted
from dashboard.migrations_app.resources.reader import TenantRef

PROJECT_KIND = "openstack.identity.Project"


@dataclass(frozen=True, kw_only=True)
class FolderMove:
    """The move that a folder asks for, and the options of its plan."""

    move: Move
    options: Mapping[str, Any]


def tenant_of(texts: Mapping[str, str]) -> str:
    """Return the id of the one project that the resources of files belong to.

    Raises ``BadInput`` if they belong to none or to several.
    """
    resources = resources_of(texts)
    projects = {str(each.info["id"]) for each in resources if _is_project(each)}
    projects = projects or {str(id_) for each in resources if (id_ := each.info.get("project_id"))}
    if len(projects) != 1:
        count = f"{len(projects)} projects" if projects else "no project"
        raise BadInput(f"The files are of {count}.", fix="Name the tenant as well.")
    return projects.pop()


def move_from(
    texts: Mapping[str, str], tenant: Tenant, destination: Cloud, choices: Mapping[str, str]
) -> FolderMove:
    """Read the tenant in its cloud, and return the move that files ask for.

    ``choices`` are stronger than those of the files. Raises ``BadInput`` with file, resource and
    key for what cannot be done.
    """
    source = TenantRef(tenant.project_id, tenant.name, tenant.domain_name)
    asked = _asked(texts, tenant.cloud, source, destination)
    move = Move(
        tenant=tenant,
        destination=destination,
        choices={**asked.choices, **choices},
        edits=asked.edits,
    )
    return FolderMove(move=move, options={ONLY: asked.only})


def apply_files(plan: Plan) -> None:
    """Make the uploaded files of a plan, if it has any, its choices, edits and option ``only``.

    Raises what ``move_from`` raises. The files are deleted then: the plan has all of them.
    """
    folder = TenantFiles.objects.filter(plan=plan).first()
    if folder is None:
        return
    source = TenantRef(plan.tenant_id, plan.tenant_name, plan.domain_name)
    asked = _asked(folder.texts, plan.source, source, plan.destination)
    plan.choices = {**asked.choices, **plan.choices}
    plan.edits = asked.edits
    plan.options = {**plan.options, ONLY: asked.only}
    with transaction.atomic():
        plan.save()
        folder.delete()


def keep_export(tenant: Tenant) -> Mapping[str, str]:
    """Read a tenant and keep its files, in place of those of an earlier export; return them."""
    ref = TenantRef(tenant.project_id, tenant.name, tenant.domain_name)
    reader = reader_with_original_roles(tenant.cloud, connect(tenant.cloud), ref)
    names = Names(reader, read_records(reader), with_user_data=False)
    texts = texts_of_documents(documents_of(names))
    TenantFiles.objects.update_or_create(tenant=tenant, defaults={"texts": texts})
    return texts


def exported_archive(tenant: Tenant) -> tuple[str, bytes]:
    """Return the file name and the content of the archive of a tenant's last export.

    Raises ``NotFound`` if there is none.
    """
    files = TenantFiles.objects.filter(tenant=tenant).first()
    if files is None:
        raise NotFound(f"{tenant.name} has not been exported.", fix="Export it first.")
    return f"os-migrate-{tenant.project_id}.zip", archive_of(files.texts)


def _asked(texts: Mapping[str, str], cloud: Cloud, source: TenantRef, destination: Cloud) -> Wanted:
    reader = reader_with_original_roles(cloud, connect(cloud), source)
    found = read_records(reader)
    entries = _entries(cloud, destination)
    originals = {key: original_of(record, entries.get(key)) for key, record in found.items()}
    return wanted_of(resources_of(texts), Names(reader, originals))


def _entries(source: Cloud, destination: Cloud) -> dict[Key, LedgerEntry]:
    """Return what has become of objects: files are compared with what they were before."""
    entries = LedgerEntry.objects.filter(source_cloud=source, destination_cloud=destination)
    return {entry.key: entry for entry in entries}


def _is_project(resource: Resource) -> bool:
    return resource.kind == PROJECT_KIND and bool(resource.info.get("id"))
