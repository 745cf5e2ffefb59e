"""The line on a job's page that says who was told its news."""

from typing import Any

from django import template

from dashboard.jobs.models import Job
from dashboard.notifications.telling import tellings_of

register = template.Library()


@register.inclusion_tag("notifications/_told.html")
def told(job: Job, *, oob: bool = False) -> dict[str, Any]:
    """Show which channels took each piece of the job's news, and which did not; for a job that
    tells the news of another, which one that is.

    ``oob`` puts it in its place on the page when it comes with an answer to another poll.
    """
    tellings = list(tellings_of(job.pk).prefetch_related("steps"))
    return {
        "job": job,
        "oob": oob,
        "about": job.params.get("notice", {}).get("job"),
        "tellings": tellings,
        "goes_on": any(telling.is_active for telling in tellings),
    }
