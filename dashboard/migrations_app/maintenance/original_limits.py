"""Shows a tenant whose quotas are frozen with its original limits: these are moved and compared."""

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.maintenance.locks import open_maintenance
from dashboard.migrations_app.models import MaintenanceChange
from dashboard.migrations_app.resources.quota_api import Limits

State = MaintenanceChange.State


def original_limits(cloud: Cloud, project_id: str) -> dict[str, Limits]:
    """Return by service the limits that a project's maintenance has frozen, as they were before.

    Returns nothing for a project that is not in maintenance.
    """
    maintenance = open_maintenance(cloud, project_id) if project_id else None
    if maintenance is None:
        return {}
    frozen = maintenance.changes.filter(
        kind=MaintenanceChange.Kind.FREEZE_QUOTA, state__in=(State.INTENDED, State.DONE)
    )
    return {
        row.details["service"]: {
            name: row.details["before"][name] for name in row.details["during"]
        }
        for row in frozen
    }
