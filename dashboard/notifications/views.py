"""The part of a job's page that says who was notified."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs.models import Job
from dashboard.jobs.views.pages import PageRequest


def sent(request: PageRequest, job_id: int) -> HttpResponse:
    """Return the current lines; they carry the next poll while something is still being sent."""
    job = get_object_or_404(Job, pk=job_id)
    return render(request, "notifications/sent.html", {"job": job})
