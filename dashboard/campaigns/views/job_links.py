"""The link from a job to its campaign."""

from collections.abc import Iterator

from django.urls import reverse

from dashboard.jobs.links import JobLink
from dashboard.jobs.models import Job


def campaign_links(job: Job) -> Iterator[JobLink]:
    """Yield the link to the campaign that the job runs."""
    if campaign := job.params.get("campaign"):
        yield JobLink(label="Campaign", address=reverse("campaign", args=[campaign]))
