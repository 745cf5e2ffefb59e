"""Which jobs about a tenant exclude each other, and the maintenance that a tenant is in."""

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import LedgerEntry, Tenant, TenantMaintenance, subject_of


def subject_in(cloud: Cloud, project_id: str) -> str:
    """Return the subject of the jobs about a tenant.

    A tenant that was or is being moved is the same subject on both clouds: that of its source, as
    for all jobs of its plans.
    """
    moved = LedgerEntry.objects.filter(
        type="project", destination_cloud=cloud, destination_id=project_id
    ).exclude(state=LedgerEntry.State.REMOVED)
    source_id = moved.values_list("source_id", flat=True).first()
    return subject_of(source_id or project_id)


def maintenance_of(tenant: Tenant) -> TenantMaintenance | None:
    """Return the ``open_maintenance`` of a tenant, as a page has read it if it has."""
    if tenant.maintenances_read is None:
        return open_maintenance(tenant.cloud, tenant.project_id)
    return next(iter(tenant.maintenances_read), None)


def open_maintenance(cloud: Cloud, project_id: str) -> TenantMaintenance | None:
    """Return the maintenance that a tenant is in, is entering or is leaving, if any."""
    mine = TenantMaintenance.objects.filter(cloud=cloud, project_id=project_id)
    return mine.filter(state__in=TenantMaintenance.OPEN).select_related("cloud").first()
