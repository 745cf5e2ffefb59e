"""The links from a job to the plan of a host or an environment that it makes or carries out."""

from collections.abc import Iterator

from django.urls import reverse

from dashboard.jobs.links import JobLink
from dashboard.jobs.models import Job

PAGES = {"environment_plan": "environment-plan", "host_plan": "host-plan"}
"""A job's parameter -> the page of the plan whose number it is."""


def stored_plan_links(job: Job) -> Iterator[JobLink]:
    """Yield the link to the plan that the job names."""
    for parameter, page in PAGES.items():
        if plan := job.params.get(parameter):
            yield JobLink(label=f"Plan {plan}", address=reverse(page, args=[plan]))
