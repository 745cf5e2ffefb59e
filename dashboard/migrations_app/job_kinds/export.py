"""The job that writes a tenant as files of os-migrate."""

from typing_extensions import override

from dashboard.errors import NotFound
from dashboard.jobs.kinds import JobKind, StepContext
from dashboard.jobs.models import Step
from dashboard.jobs.roles import Action
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.planning.os_migrate.moving import keep_export


class ExportKind(JobKind):
    """Reads a tenant and keeps its files until the next export."""

    name = "export"
    permission = Action.PLAN

    @override
    def perform(self, step: Step, context: StepContext) -> None:
        """Read the tenant; nothing is stored until all was read."""
        row = Tenant.objects.select_related("cloud").filter(pk=step.job.params["tenant"]).first()
        if row is None:
            raise NotFound("The tenant is gone.", fix="Refresh the cloud.")
        files = keep_export(row)
        context.log(f"Wrote {len(files)} files. Download them on the tenant's page.")
