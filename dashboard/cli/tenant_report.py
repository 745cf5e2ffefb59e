"""Prints the maintenance of tenants."""

from dashboard.cli.console import Console
from dashboard.cli.serializers import Json, serialize_maintenance
from dashboard.migrations_app.models import Tenant, TenantMaintenance


def latest_maintenance(tenant: Tenant) -> TenantMaintenance | None:
    """Return the latest time that a tenant was, or is, in maintenance."""
    times = TenantMaintenance.objects.filter(cloud=tenant.cloud, project_id=tenant.project_id)
    return times.first()


def serialize_latest_maintenance(tenant: Tenant) -> Json:
    """Return what ``--json`` prints of a tenant's maintenance."""
    latest = latest_maintenance(tenant)
    return {"maintenance": serialize_maintenance(latest) if latest else None}


def print_maintenance(tenant: Tenant, console: Console) -> None:
    """Print whose access stays open, and what others had changed when it was left."""
    if latest := latest_maintenance(tenant):
        for sentence in (*latest.notes, *latest.drift):
            console.print(f"  {sentence}")
