"""The page of one server of a job: its steps, and what can be done to it alone."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs.chain_rows import rows_of
from dashboard.jobs.models import JobServer
from dashboard.jobs.verbs.base import server_verbs
from dashboard.jobs.views.pages import PageRequest, cut
from dashboard.jobs.views.verb_pages import available_actions


def server_page(request: PageRequest, job_id: int, step_id: int) -> HttpResponse:
    """Show one server of a job."""
    server = server_or_404(job_id, step_id)
    row = rows_of(server.job, [server])[0]
    about = {
        "job": server.job,
        "server": server,
        "row": row,
        "page": cut(row.steps, request),
        "together": server.together.exclude(pk=server.pk),
        "actions": available_actions(server_verbs(), server, request.user, active=None),
        "section": "jobs",
    }
    return render(request, "jobs/server.html", about)


def server_or_404(job_id: int, step_id: int) -> JobServer:
    """Return a server of a job. Raises ``Http404`` where there is none."""
    servers = JobServer.objects.select_related("job")
    return get_object_or_404(servers, job=job_id, pk=step_id)
