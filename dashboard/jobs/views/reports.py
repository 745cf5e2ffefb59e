"""The report of a job: as a page and as JSON; as CSV it is the file of its servers."""

from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs.chain_rows import rows_of, servers_of
from dashboard.jobs.models import Job
from dashboard.jobs.report import JobReport
from dashboard.jobs.views.pages import PageRequest, cut


def report_page(request: PageRequest, job_id: int) -> HttpResponse:
    """Show what a job was in the end."""
    report = JobReport(get_object_or_404(Job, pk=job_id))
    page = cut(servers_of(report.job), request)
    page.object_list = rows_of(report.job, list(page.object_list))
    about = {"job": report.job, "report": report, "page": page, "section": "jobs"}
    return render(request, "jobs/report.html", about)


def report_json(request: PageRequest, job_id: int) -> JsonResponse:
    """Return the same for programs."""
    return JsonResponse(JobReport(get_object_or_404(Job, pk=job_id)).as_json())
