"""Locks a tenant's servers during maintenance: their owners cannot change them at all."""

from dashboard.clients.openstack import CloudSession, Json
from dashboard.jobs.kinds import StepContext
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

REASON = "pumphouse: maintenance"
LOCK = MaintenanceChange.Kind.LOCK_SERVER
State = MaintenanceChange.State
REASONS = "2.73"
"""The microversion that lets a lock have a reason; whether a server is locked is told by 2.9."""


def lock_servers(maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext) -> None:
    """Lock each server that is not locked yet; others stay as they are."""
    recorded = set(maintenance.changes.filter(kind=LOCK).values_list("details__server", flat=True))
    MaintenanceChange.objects.bulk_create(
        MaintenanceChange(
            maintenance=maintenance,
            kind=LOCK,
            name=server["name"][:255],
            details={"server": server["id"]},
        )
        for server in _servers(cloud, maintenance.project_id)
        if not server.get("locked") and server["id"] not in recorded
    )
    for row in maintenance.changes.filter(kind=LOCK, state=State.INTENDED):
        context.check()
        _act(cloud, row, {"lock": _reason(cloud)})
        row.record(State.DONE)
        context.log(f"Locked server {row.name}.")


def unlock_servers(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Unlock each server that was locked, unless somebody has changed that meanwhile."""
    for row in maintenance.changes.filter(kind=LOCK, state__in=(State.INTENDED, State.DONE)):
        context.check()
        server = _server(cloud, row)
        state = State.UNDONE if server else State.GONE
        if server and not _is_ours(server):
            state = State.KEPT
            context.log(f"Kept server {row.name} as it is: somebody else locked or unlocked it.")
        elif server:
            _act(cloud, row, {"unlock": None})
        row.record(state)


def _is_ours(server: Json) -> bool:
    return bool(server.get("locked", True)) and server.get("locked_reason", REASON) == REASON


def _reason(cloud: CloudSession) -> Json | None:
    return {"locked_reason": REASON} if cloud.supports("compute", REASONS) else None


def _act(cloud: CloudSession, row: MaintenanceChange, body: Json) -> None:
    microversion = cloud.at_most("compute", REASONS)
    path = f"/servers/{row.details['server']}/action"
    # the server may have been deleted a moment ago
    cloud.call("POST", "compute", path, body=body, microversion=microversion, missing_ok=True)


def _servers(cloud: CloudSession, project_id: str) -> list[Json]:
    return list(
        cloud.list(
            "compute",
            "/servers/detail",
            "servers",
            microversion=cloud.at_most("compute", REASONS),
            all_tenants=1,
            project_id=project_id,
        )
    )


def _server(cloud: CloudSession, row: MaintenanceChange) -> Json | None:
    microversion = cloud.at_most("compute", REASONS)
    path = f"/servers/{row.details['server']}"
    return cloud.find("compute", path, "server", microversion=microversion)
