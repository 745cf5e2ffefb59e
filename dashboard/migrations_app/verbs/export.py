"""Export: reads a tenant and keeps it as files of os-migrate, to be downloaded."""

from collections.abc import Mapping
from typing import Any

from typing_extensions import override

from dashboard.jobs.kinds import StepSpec
from dashboard.jobs.models import Job
from dashboard.jobs.requester import Requester
from dashboard.jobs.starting import start_job
from dashboard.migrations_app.models import Tenant
from dashboard.migrations_app.verbs.base import TenantVerb


class Export(TenantVerb):
    """Writes a tenant in the format of os-migrate."""

    name = "export"
    title = "Export as files"
    effect = (
        "Read the tenant and write it as YAML of os-migrate, to be downloaded, edited and planned "
        "from. Nothing is changed."
    )
    order = 30

    @override
    def launch(self, target: Tenant, requester: Requester, options: Mapping[str, Any]) -> Job:
        title = f"Export {target.name} of {target.cloud}"
        return start_job(
            kind=self.name,
            title=title,
            subject=self.subject(target),
            steps=[StepSpec(key="export", action="export", title=f"Read {target.name}")],
            params={"tenant": target.pk},
            requester=requester,
        )
