"""The debug bundle of a job, by one click."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_safe

from dashboard.jobs.bundle import bundle_of
from dashboard.jobs.models import Job
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, allowed_to


@require_safe
@allowed_to(Action.AUDIT)
def job_bundle(request: PageRequest, job_id: int) -> HttpResponse:
    """Return the debug bundle of a job as a zip file."""
    job = get_object_or_404(Job, pk=job_id)
    headers = {"Content-Disposition": f'attachment; filename="pumphouse-job-{job.pk}.zip"'}
    return HttpResponse(bundle_of(job), content_type="application/zip", headers=headers)
