"""Enter maintenance: users of a tenant keep read-only access."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.errors import PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.options import Option
from dashboard.jobs.requester import Requester
from dashboard.migrations_app.maintenance.locks import maintenance_of
from dashboard.migrations_app.maintenance.starting import KIND, already_entered, start_entering
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.verbs.base import TenantVerb


class EnterMaintenance(TenantVerb):
    """Replaces all roles on a project by one that can only read."""

    name = "enter_maintenance"
    title = "Enter maintenance"
    effect = (
        "Record all roles on the project and replace them by one that can only read, until the "
        "tenant leaves maintenance. Nothing stops running."
    )
    order = 10
    kind = KIND
    command = "maintenance on"
    page = "maintenance/enter"
    result = "maintenance"
    options = (
        Option(
            name="keep",
            label="Who keeps access",
            default=(),
            of=list,
            metavar="USER",
            help="Users by name or id, separated by commas. Pumphouse's own account always does.",
        ),
        Option(
            name="hardening",
            label="Also",
            default=(),
            of=list,
            choices={
                "lock_servers": "Lock the servers, also for users who inherit a role",
                "freeze_quotas": "Freeze the quotas at what is in use, so that nothing is added",
            },
            aliases=("rungs",),
            choice_aliases={"clamp_quotas": "freeze_quotas"},
        ),
        Option(
            name="role",
            label="Read-only role",
            default="",
            metavar="NAME",
            help="Found automatically if left empty.",
        ),
    )

    @override
    def applies_to(self, target: Tenant) -> bool:
        return maintenance_of(target) is None

    @override
    def refusal(self, target: Tenant) -> PumphouseError | None:
        held = maintenance_of(target)
        return already_entered(held) if held else None

    @override
    def launch(self, target: Tenant, requester: Requester, options: Mapping[str, Any]) -> Job:
        return start_entering(target, requester=requester, **options)
