"""Freezes a tenant's quotas at what it uses during maintenance, so that nothing can be added."""

from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.temporary_account import has_service
from dashboard.jobs.kinds import StepContext
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance
from dashboard.migrations_app.resources.quota_api import (
    BLOCK_STORAGE,
    COMPUTE,
    NETWORK,
    UNLIMITED,
    Limits,
    QuotaApi,
    used_of,
)

FREEZE = MaintenanceChange.Kind.FREEZE_QUOTA
State = MaintenanceChange.State


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """A service's quotas, and which of them limit what a tenant can create."""

    api: QuotaApi
    resources: tuple[str, ...]

    @property
    def service(self) -> str:
        """The service whose quotas they are."""
        return self.api.service

    def limits(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the project's present limits."""
        found = self.api.with_usage(cloud, project_id)
        return {name: int(found[name]["limit"]) for name in self.resources if name in found}

    def frozen(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return limits at what is in use, for all that exceed it now."""
        found = self.api.with_usage(cloud, project_id)
        used = {name: used_of(found[name]) for name in self.resources if name in found}
        limits = {name: int(found[name]["limit"]) for name in used}
        return {n: used[n] for n in used if limits[n] == UNLIMITED or limits[n] > used[n]}

    def overridden(self, cloud: CloudSession, project_id: str) -> set[str]:
        """Return the resources for which the project's limit is not the default."""
        return set(self.api.overrides(cloud, project_id))


SERVICES = (
    Quotas(api=COMPUTE, resources=("instances", "cores", "ram")),
    Quotas(
        api=BLOCK_STORAGE,
        resources=("volumes", "snapshots", "gigabytes", "backups", "backup_gigabytes"),
    ),
    Quotas(
        api=NETWORK,
        resources=(
            *("network", "subnet", "router", "port", "floatingip"),
            *("security_group", "security_group_rule"),
        ),
    ),
)


def freeze_quotas(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Set the limits of each service to what the tenant has in use."""
    project_id = maintenance.project_id
    for quotas in SERVICES:
        if not has_service(cloud, quotas.service):
            continue
        row = _recorded(maintenance, cloud, quotas)
        if row.state == State.INTENDED and row.details["during"]:
            context.check()
            quotas.api.set(cloud, project_id, row.details["during"])
        row.record(State.DONE)
        context.log(f"Froze the quotas of {row.name} at what is in use.")


def _recorded(
    maintenance: TenantMaintenance, cloud: CloudSession, quotas: Quotas
) -> MaintenanceChange:
    """Return the record of a service's limits; it is made before the first is changed."""
    row = maintenance.changes.filter(kind=FREEZE, details__service=quotas.service).first()
    return row or MaintenanceChange.objects.create(
        maintenance=maintenance,
        kind=FREEZE,
        name=quotas.service.replace("_", " "),
        details={
            "service": quotas.service,
            "before": quotas.limits(cloud, maintenance.project_id),
            "during": quotas.frozen(cloud, maintenance.project_id),
            "overridden": sorted(quotas.overridden(cloud, maintenance.project_id)),
        },
    )


def unfreeze_quotas(
    maintenance: TenantMaintenance, cloud: CloudSession, context: StepContext
) -> None:
    """Restore each frozen limit, unless somebody has changed it meanwhile."""
    by_service = {quotas.service: quotas for quotas in SERVICES}
    for row in maintenance.changes.filter(kind=FREEZE, state__in=(State.INTENDED, State.DONE)):
        context.check()
        quotas = by_service[row.details["service"]]
        kept = _unfreeze(quotas, cloud, maintenance.project_id, row.details)
        if kept:
            names = ", ".join(sorted(kept))
            context.log(f"Kept quotas of {row.name} that somebody else has changed: {names}.")
        row.record(State.KEPT if kept else State.UNDONE)


def _unfreeze(quotas: Quotas, cloud: CloudSession, project_id: str, details: Json) -> set[str]:
    """Restore the limits and return the names of those that somebody else has changed.

    A project that followed all defaults follows them again; a restored number would not change with
    the defaults any more.
    """
    before, during = details["before"], details["during"]
    now = quotas.limits(cloud, project_id)
    kept = {name for name in during if now.get(name) not in (during[name], before[name])}
    if not details["overridden"] and quotas.overridden(cloud, project_id) <= during.keys() - kept:
        quotas.api.reset(cloud, project_id)
    elif restored := {name: before[name] for name in during if name not in kept}:
        quotas.api.set(cloud, project_id, restored)
    return kept
