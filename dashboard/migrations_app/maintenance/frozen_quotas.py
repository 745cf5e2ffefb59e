"""Freezes a tenant's quotas at what it uses during maintenance, so that nothing can be added."""

from collections.abc import Mapping
from dataclasses import dataclass

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.temporary_account import has_service
from dashboard.jobs.kinds import StepContext
from dashboard.migrations_app.models import MaintenanceChange, TenantMaintenance

FREEZE = MaintenanceChange.Kind.FREEZE_QUOTA
State = MaintenanceChange.State
UNLIMITED = -1
Limits = dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Quotas:
    """Where a service has its quotas, and which of them limit what a tenant can create."""

    service: str
    path: str
    usage: str
    defaults: str
    key: str
    resources: tuple[str, ...]

    def limits(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return the project's present limits."""
        found = self._usage(cloud, project_id)
        return {name: int(found[name]["limit"]) for name in self.resources if name in found}

    def frozen(self, cloud: CloudSession, project_id: str) -> Limits:
        """Return limits at what is in use, for all that exceed it now."""
        found = self._usage(cloud, project_id)
        used = {name: _used(found[name]) for name in self.resources if name in found}
        limits = {name: int(found[name]["limit"]) for name in used}
        return {n: used[n] for n in used if limits[n] == UNLIMITED or limits[n] > used[n]}

    def overridden(self, cloud: CloudSession, project_id: str) -> set[str]:
        """Return the resources for which the project's limit is not the default."""
        own = cloud.get(self.service, f"{self.path}/{project_id}", self.key)
        defaults = cloud.get(self.service, self.defaults.format(project_id), self.key)
        return {name for name in own if name != "id" and own[name] != defaults.get(name)}

    def set(self, cloud: CloudSession, project_id: str, limits: Mapping[str, int]) -> None:
        """Set some of the project's limits."""
        cloud.put(self.service, f"{self.path}/{project_id}", {self.key: dict(limits)})

    def reset(self, cloud: CloudSession, project_id: str) -> None:
        """Reset the project's limits to the defaults, which they follow from then on."""
        cloud.delete(self.service, f"{self.path}/{project_id}")

    def _usage(self, cloud: CloudSession, project_id: str) -> Json:
        return cloud.get(self.service, self.usage.format(project_id), self.key)


SERVICES = (
    Quotas(
        service="compute",
        path="/os-quota-sets",
        usage="/os-quota-sets/{}/detail",
        defaults="/os-quota-sets/{}/defaults",
        key="quota_set",
        resources=("instances", "cores", "ram"),
    ),
    Quotas(
        service="block_storage",
        path="/os-quota-sets",
        usage="/os-quota-sets/{}?usage=true",
        defaults="/os-quota-sets/{}/defaults",
        key="quota_set",
        resources=("volumes", "snapshots", "gigabytes", "backups", "backup_gigabytes"),
    ),
    Quotas(
        service="network",
        path="/quotas",
        usage="/quotas/{}/details",
        defaults="/quotas/{}/default",
        key="quota",
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
            quotas.set(cloud, project_id, row.details["during"])
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
        quotas.reset(cloud, project_id)
    elif restored := {name: before[name] for name in during if name not in kept}:
        quotas.set(cloud, project_id, restored)
    return kept


def _used(found: Json) -> int:
    # Neutron says used where Nova and Cinder say in_use
    return int(found.get("in_use") or found.get("used") or 0) + int(found.get("reserved") or 0)
