"""Shows a tenant in maintenance with its original roles: these are what is moved and compared."""

from collections.abc import Callable, Mapping

from dashboard.clients.openstack import CloudSession, Json
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.locks import open_maintenance
from dashboard.migrations_app.maintenance.original_limits import original_limits
from dashboard.migrations_app.maintenance.recording import Kind, role_rows
from dashboard.migrations_app.maintenance.server_locks import LOCK
from dashboard.migrations_app.models import MaintenanceChange
from dashboard.migrations_app.resources.reader import TenantReader, TenantRef

State = MaintenanceChange.State


def reader_with_original_roles(
    cloud: Cloud,
    session: CloudSession,
    tenant: TenantRef,
    *,
    options: Mapping[str, str] | None = None,
    destination: TenantReader | None = None,
) -> TenantReader:
    """Return a reader of a tenant that sees it as before its maintenance: roles, locks, limits."""
    return TenantReader(
        session,
        tenant,
        options=options,
        original_roles=original_roles(cloud, tenant.id),
        maintenance_locks=maintenance_locks(cloud, tenant.id),
        original_limits=original_limits(cloud, tenant.id),
        destination=destination,
    )


def maintenance_locks(cloud: Cloud, project_id: str) -> set[str]:
    """Return the ids of the servers that a project's maintenance has locked."""
    maintenance = open_maintenance(cloud, project_id) if project_id else None
    if maintenance is None:
        return set()
    rows = maintenance.changes.filter(kind=LOCK, state__in=(State.INTENDED, State.DONE))
    return {*rows.values_list("details__server", flat=True)}


def original_roles(cloud: Cloud, project_id: str) -> Callable[[list[Json]], list[Json]] | None:
    """Return a function that turns a project's role assignments into those before maintenance.

    Returns None for a project that is not in maintenance.
    """
    maintenance = open_maintenance(cloud, project_id) if project_id else None
    if maintenance is None:
        return None
    pending = role_rows(maintenance).filter(state__in=(State.INTENDED, State.DONE))
    given = {_key(row) for row in pending.filter(kind=Kind.GRANT_ROLE)}
    taken = [row.details["assignment"] for row in pending.filter(kind=Kind.REVOKE_ROLE)]

    def restore(found: list[Json]) -> list[Json]:
        there = {_key_of(each) for each in found}
        own = [each for each in found if _key_of(each) not in given]
        return own + [each for each in taken if _key_of(each) not in there]

    return restore


def _key(row: MaintenanceChange) -> tuple[str, str, str]:
    details = row.details
    return details["actor_kind"], details["actor_id"], details["role_id"]


def _key_of(assignment: Json) -> tuple[str, str, str]:
    kind = "user" if "user" in assignment else "group"
    return kind, assignment[kind]["id"], assignment["role"]["id"]
