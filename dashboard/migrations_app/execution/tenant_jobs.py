"""The jobs about a plan's tenant, which several sentences of one page are about."""

from collections.abc import Sequence

from dashboard.jobs.models import Job
from dashboard.migrations_app.models import Plan


def tenant_jobs(plan: Plan, *kinds: str) -> Sequence[Job]:
    """Return the jobs of these kinds about the plan's tenant, of any of its plans, latest first.

    They are read each time, unless a page has them already.
    """
    if plan.jobs_read is None:
        return list(Job.objects.filter(subject=plan.subject, kind__in=kinds))
    return [job for job in plan.jobs_read if job.kind in kinds]
