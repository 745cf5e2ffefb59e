"""The links from a job to the plan of a tenant's move that it makes or carries out."""

from collections.abc import Iterator

from django.urls import reverse

from dashboard.jobs.links import JobLink
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action


def plan_links(job: Job) -> Iterator[JobLink]:
    """Yield the links to the plan that the job names, and to its rollback for a failed move."""
    if not (plan := job.params.get("plan")):
        return
    yield JobLink(label=f"Plan {plan}", address=reverse("plan", args=[plan]))
    for label, tab in (("Differences", "differences"), ("Ledger", "ledger")):
        yield JobLink(label=label, address=reverse("plan-tab", args=[plan, tab]))
    if job.kind == "execute":
        yield JobLink(
            label="Roll back…",
            address=reverse("plan-rollback", args=[plan]),
            permission=Action.ROLLBACK,
            is_remedy=True,
            icon="undo",
        )
