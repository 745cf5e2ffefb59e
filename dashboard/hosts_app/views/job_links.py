"""The links from a job to the cloud or the host that it is about, and to the plan of it."""

from collections.abc import Iterator

from django.urls import reverse

from dashboard.hosts_app.models import Cloud
from dashboard.jobs.links import JobLink
from dashboard.jobs.models import Job

PAGES = {"environment_plan": "environment-plan", "host_plan": "host-plan"}
"""A job's parameter -> the page of the plan whose number it is."""


def stored_plan_links(job: Job) -> Iterator[JobLink]:
    """Yield the link to the plan that the job names."""
    for parameter, page in PAGES.items():
        if plan := job.params.get(parameter):
            yield JobLink(label=f"Plan {plan}", address=reverse(page, args=[plan]))


def subject_links(job: Job) -> Iterator[JobLink]:
    """Yield the links to the host, and to the cloud, that the job names."""
    number = job.params.get("cloud")
    cloud = Cloud.objects.filter(pk=number).first() if number else None
    if cloud is None:
        return
    if host := job.params.get("host"):
        yield JobLink(label=f"Host {host}", address=reverse("host", args=[cloud.name, host]))
    yield JobLink(label=f"Cloud {cloud.name}", address=cloud.get_absolute_url())
    if job.subject.startswith("hosts:"):
        yield JobLink(label="Hosts", address=reverse("hosts", args=[cloud.name]))
