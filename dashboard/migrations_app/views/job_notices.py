"""What a job's page says of its tenant: which of its servers are down."""

from collections.abc import Iterator

from dashboard.jobs.models import Job
from dashboard.jobs.notices import JobNotice
from dashboard.migrations_app.execution.outages import outages_of

OUTAGE = "tenants/_outage.html"


def outage_notices(job: Job) -> Iterator[JobNotice]:
    """Yield a notice for each move of the job's tenant that keeps servers down."""
    if job.params.get("plan"):
        yield from (JobNotice(template=OUTAGE, about=outage) for outage in outages_of(job.subject))
