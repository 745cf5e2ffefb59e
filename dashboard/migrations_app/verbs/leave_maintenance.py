"""Leave maintenance: users of a tenant can do again what they could before."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.maintenance.locks import maintenance_of
from dashboard.migrations_app.maintenance.starting import (
    KIND,
    not_in_maintenance,
    required_maintenance,
    start_leaving,
)
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.verbs.base import TenantVerb


class LeaveMaintenance(TenantVerb):
    """Restores what was recorded when a tenant entered maintenance."""

    name = "leave_maintenance"
    title = "Leave maintenance"
    effect = "Restore roles, locks and quotas as they were recorded, and keep what others changed."
    order = 20
    kind = KIND
    command = "maintenance off"
    page = "maintenance/leave"
    result = "maintenance"

    @override
    def applies_to(self, target: Tenant) -> bool:
        return maintenance_of(target) is not None

    @override
    def refusal(self, target: Tenant) -> PumphouseError | None:
        held = maintenance_of(target)
        return None if held else not_in_maintenance(target.cloud, target.name)

    @override
    def launch(self, target: Tenant, requester: Requester, options: Mapping[str, Any]) -> Job:
        held = required_maintenance(target.cloud, target.project_id, target.name)
        return start_leaving(held, requester=requester)
