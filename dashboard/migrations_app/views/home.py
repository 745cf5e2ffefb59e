"""The home page: what needs an operator, what is running, what finished today."""

from django.http import HttpResponse
from django.shortcuts import render

from dashboard.hosts_app.models import Cloud
from dashboard.jobs import job_lists
from dashboard.jobs.models import Job
from dashboard.jobs.progress import job_progress
from dashboard.jobs.views.pages import PageRequest
from dashboard.migrations_app.execution.outages import current_outages
from dashboard.migrations_app.views.waiting import blocked_plans, differing_plans, lost_clouds

RUNNING_SHOWN = 20
FINISHED_SHOWN = 25


def home(request: PageRequest) -> HttpResponse:
    """Show the three lists."""
    running = job_lists.running().select_related("created_by")[:RUNNING_SHOWN]
    return render(
        request,
        "home.html",
        {
            "waiting_jobs": job_lists.needing_somebody().select_related("created_by"),
            "outages": current_outages(),
            "blocked_plans": blocked_plans(),
            "differing_plans": differing_plans(),
            "lost_clouds": lost_clouds(),
            "running": [(job, job_progress(job)) for job in running],
            "finished": job_lists.with_counts(job_lists.finished_today())[:FINISHED_SHOWN],
            "has_clouds": Cloud.objects.exists(),
            "has_jobs": Job.objects.exists(),
            "section": "home",
        },
    )
