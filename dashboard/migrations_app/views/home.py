"""The home page: the board of the drain, what needs an operator, runs, or finished today."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from dashboard.hosts_app.models import Cloud
from dashboard.jobs import job_lists
from dashboard.jobs.models import Job
from dashboard.jobs.progress import progress_of
from dashboard.jobs.views.home_panels import home_panels
from dashboard.jobs.views.pages import PageRequest
from dashboard.migrations_app.execution.outages import current_outages
from dashboard.migrations_app.views.board import clouds_with_hosts, drains
from dashboard.migrations_app.views.waiting import blocked_plans, differing_plans

WAITING_SHOWN = 20
"""How many of each kind are shown under "Needs you"; the lists of jobs and plans have all."""
RUNNING_SHOWN = 20
FINISHED_SHOWN = 25


def home(request: PageRequest) -> HttpResponse:
    """Show the three lists."""
    clouds = clouds_with_hosts()
    running = job_lists.running().select_related("created_by")[:RUNNING_SHOWN]
    progress = progress_of(running)
    waiting_jobs = _first(job_lists.needing_somebody())
    outages = current_outages()
    blocked = list(blocked_plans()[: WAITING_SHOWN + 1])
    differing = list(differing_plans()[: WAITING_SHOWN + 1])
    return render(
        request,
        "home.html",
        {
            "waiting_jobs": waiting_jobs[:WAITING_SHOWN],
            "more_jobs": len(waiting_jobs) > WAITING_SHOWN,
            "outages": outages[:WAITING_SHOWN],
            "more_outages": max(0, len(outages) - WAITING_SHOWN),
            "blocked_plans": blocked[:WAITING_SHOWN],
            "differing_plans": differing[:WAITING_SHOWN],
            "more_plans": max(len(blocked), len(differing)) > WAITING_SHOWN,
            "lost_clouds": [each for each in clouds if each.state == Cloud.State.UNREACHABLE],
            "drains": drains(clouds),
            "panels": home_panels(request),
            "running": [(job, progress[job.pk]) for job in running],
            "finished": job_lists.with_counts(job_lists.finished_today())[:FINISHED_SHOWN],
            "has_clouds": bool(clouds),
            "has_jobs": bool(running or waiting_jobs) or Job.objects.exists(),
            "section": "home",
        },
    )


def _first(jobs: QuerySet[Job]) -> list[Job]:
    """Return the jobs that are shown, and one more if there are more.

    Their numbers are found first: a database would sort whole rows.
    """
    numbers = list(jobs.values_list("pk", flat=True)[: WAITING_SHOWN + 1])
    return list(Job.objects.filter(pk__in=numbers).select_related("created_by").order_by("-pk"))
