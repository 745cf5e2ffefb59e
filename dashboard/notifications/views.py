"""The part of a job's page that says who was told its news."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs.models import Job
from dashboard.jobs.views.pages import PageRequest


def told(request: PageRequest, job_id: int) -> HttpResponse:
    """Return the line anew; it carries the next poll while something is still being told."""
    job = get_object_or_404(Job, pk=job_id)
    return render(request, "notifications/told.html", {"job": job})
