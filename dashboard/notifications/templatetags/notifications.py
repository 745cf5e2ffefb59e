"""The lines on a job's page that say who was notified."""

from typing import Any

from django import template

from dashboard.jobs.models import Job
from dashboard.notifications.sending import notifications_of

register = template.Library()


@register.inclusion_tag("notifications/_sent.html")
def sent_notifications(job: Job, *, oob: bool = False) -> dict[str, Any]:
    """Show which channels took each notification of a job, and which did not; for a job that sends
    a notification of another, which one that is.

    ``oob`` puts it in its place on the page when it comes with the answer to another poll.
    """
    sent = list(notifications_of(job.pk).prefetch_related("steps"))
    return {
        "job": job,
        "oob": oob,
        "about": job.params.get("notification", {}).get("job"),
        "notifications": sent,
        "goes_on": any(notification.is_active for notification in sent),
    }
