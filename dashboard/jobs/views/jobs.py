"""The pages about jobs. They only read rows; buttons post to ``action_views``."""

from typing import Any
from urllib.parse import urlencode
from zlib import crc32

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, render

from dashboard.jobs import job_lists
from dashboard.jobs.chain_rows import rows_of, servers_of
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.links import links_of
from dashboard.jobs.log_search import find_lines, log_text
from dashboard.jobs.models import Job, LogLevel, Step
from dashboard.jobs.notices import notices_of
from dashboard.jobs.operating import is_resumable
from dashboard.jobs.progress import JobProgress, job_progress
from dashboard.jobs.roles import minimum_role, role_of
from dashboard.jobs.states import BROKEN_STEP_STATES, JobState, Phase, StepState
from dashboard.jobs.throughput import throughput_of
from dashboard.jobs.views.chain_files import csv_of
from dashboard.jobs.views.failures import failures_of
from dashboard.jobs.views.graph import boxes, layout_of
from dashboard.jobs.views.pages import WAITING, PageRequest, cut
from dashboard.jobs.views.timeline import timeline_of
from dashboard.whole_numbers import whole_number

FAILURES_READ = 500
FAILURES_SHOWN = 10
"""How many causes are shown."""
LINES_SHOWN = 500
BARS_SHOWN = 200

TABS = {
    "servers": "Servers",
    "failures": "Failures",
    "steps": "Steps",
    "timeline": "Timeline",
    "graph": "Graph",
    "log": "Log",
}


def job_list(request: PageRequest) -> HttpResponse:
    """Show all jobs, the latest first, filtered by the query."""
    state = request.GET.get("state")
    jobs = job_lists.needing_somebody() if state == WAITING else Job.objects.all()
    if state and state != WAITING:
        jobs = jobs.filter(state=state)
    if words := request.GET.get("q", "").strip():
        jobs = jobs.filter(title__icontains=words)
    about = {
        "page": cut(job_lists.with_counts(jobs.order_by("-pk")), request),
        "states": [(WAITING, "Needs you"), *JobState.choices],
        "section": "jobs",
    }
    return render(request, "jobs/list.html", about)


def job_page(request: PageRequest, job_id: int, tab: str = "") -> HttpResponse:
    """Show one job, whether it runs or has ended, with one of its tabs.

    Without a tab, it shows the failed steps, if there are any, else its servers, and else all
    steps.
    """
    job = _job(job_id)
    return render(request, "jobs/job.html", _context(job, request, tab))


def job_live(request: PageRequest, job_id: int, tab: str) -> HttpResponse:
    """Return the parts of a job's page that change by themselves.

    The response contains the next poll only while the job is active, so polling ends with the job.
    Parts with forms are sent only when they differ from what the page shows.
    """
    job = _job(job_id)
    context = _context(job, request, tab)
    context["forms_changed"] = request.GET.get("known") != context["version"]
    return render(request, "jobs/_live.html", context)


def job_brief(request: PageRequest, job_id: int) -> HttpResponse:
    """Return the summary of a job that other pages contain."""
    job = _job(job_id)
    # a page that has shown it in another state offers what can be done in this one
    has_changed = request.GET.get("known") != job.state
    about = {"job": job, "progress": job_progress(job), "has_changed": has_changed}
    return render(request, "jobs/_brief.html", about)


def job_log_file(request: PageRequest, job_id: int) -> StreamingHttpResponse:
    """Return the whole log as a text file."""
    job = get_object_or_404(Job, pk=job_id)
    answer = StreamingHttpResponse(log_text(job), content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="pumphouse-job-{job.pk}.log"'
    return answer


def job_servers_file(request: PageRequest, job_id: int) -> StreamingHttpResponse:
    """Return what became of the servers of a job as a CSV file."""
    job = get_object_or_404(Job, pk=job_id)
    answer = StreamingHttpResponse(csv_of(job), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="pumphouse-job-{job.pk}-servers.csv"'
    return answer


def strip(request: PageRequest) -> HttpResponse:
    """Return the job counts of the header."""
    return render(request, "jobs/_strip.html", job_lists.strip_counts())


def _job(job_id: int) -> Job:
    return get_object_or_404(Job.objects.select_related("created_by"), pk=job_id)


def _context(job: Job, request: PageRequest, tab: str) -> dict[str, Any]:
    """Return the context of all parts of a job's page."""
    progress = job_progress(job)
    role = role_of(request.user)
    links = [link for link in links_of(job) if role >= minimum_role(link.permission)]
    broken = job.steps.filter(state__in=BROKEN_STEP_STATES)
    failures = failures_of(broken[:FAILURES_READ])[:FAILURES_SHOWN]
    shown = [step for failure in failures for step in (failure.step, *failure.others)]
    tab = tab or ("failures" if failures else "servers" if job.chains_at_once else "steps")
    return {
        "job": job,
        "section": "jobs",
        "links": [link for link in links if not link.is_remedy],
        "remedies": [link for link in links if link.is_remedy],
        "notices": notices_of(job),
        "progress": progress,
        "failures": failures,
        "more_failures": max(0, progress.failed - len(shown)),
        "version": _version(job, shown),
        "can_hold": _can_hold(job),
        "continuing": permission_for(job.kind),
        "cleaning_up": job_lists.cleaning_up_after(job) if is_resumable(job) else None,
        "tab": tab,
        "tabs": _tabs(job, progress, tab),
        "kept_query": _kept_query(request),
        **_TAB_CONTENT[tab](job, request, progress),
    }


def _tabs(job: Job, progress: JobProgress, shown: str) -> dict[str, str]:
    """Return the names and words of the tabs that have something to show, and of the shown one."""
    empty = {
        "failures": not progress.failed,
        "servers": job.chains_at_once is None,
        "graph": len(progress.groups) < 2,
    }
    return {name: words for name, words in TABS.items() if name == shown or not empty.get(name)}


def _version(job: Job, failures: list[Step]) -> str:
    """Return a version that changes with what the forms of the page depend on."""
    steps = crc32(repr([(step.pk, step.attempt) for step in failures]).encode())
    chosen = f"{job.hold_before or 0}-{job.chains_at_once or 0}-{bool(job.pace)}"
    return f"{job.state}-{job.cancel_requested:d}-{chosen}-{steps}"


def _kept_query(request: PageRequest) -> str:
    """Return the query with this page's filters, for the next poll."""
    kept = {name: value for name, value in request.GET.items() if name != "known"}
    return urlencode(kept)


def _can_hold(job: Job) -> bool:
    """Return whether the cutover can still be held: none of its steps has begun, or it can stop
    between two servers."""
    between = job.steps.filter(opens_chain=True, state=StepState.PENDING)
    if job.is_active and job.hold_before is None and between.exists():
        return True
    cutover = job.steps.filter(phase__gte=Phase.CUTOVER)
    begun = cutover.exclude(state__in=(StepState.PENDING, StepState.SKIPPED))
    ahead = cutover.filter(state=StepState.PENDING)
    return job.is_active and job.hold_before is None and ahead.exists() and not begun.exists()


def _failures(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    return {}  # the other tabs tell of them, too


def _servers(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    page = cut(servers_of(job), request)
    rows = rows_of(job, list(page.object_list))
    return {"page": page, "servers": rows, "throughput": throughput_of(job)}


def _steps(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    steps = _filtered(job.steps.all(), request)
    return {"page": cut(steps, request), "states": StepState.choices}


def _timeline(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    begun = _filtered(job.steps.filter(started_at__isnull=False), request).order_by("started_at")
    page = cut(begun, request, size=BARS_SHOWN)
    return {
        "page": page,
        "states": StepState.choices,
        "timeline": timeline_of(job, list(page.object_list)),
    }


def _graph(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    layout = layout_of(job.pk, progress.total)
    return {"layout": layout, "boxes": boxes(layout, progress.groups)}


def _filtered(steps: QuerySet[Step], request: PageRequest) -> QuerySet[Step]:
    if state := request.GET.get("state"):
        steps = steps.filter(state=state)
    if group := request.GET.get("group"):
        steps = steps.filter(group=group)
    return steps


def _log(job: Job, request: PageRequest, progress: JobProgress) -> dict[str, Any]:
    level = whole_number(request.GET.get("level", "")) or LogLevel.INFO
    after = whole_number(request.GET.get("after", "")) or 0
    words = request.GET.get("q", "").strip()
    # A page that follows the log continues where it is; a new one starts with the latest lines.
    shown = find_lines(job, level=level, words=words, after=after, limit=LINES_SHOWN)
    return {
        "lines": shown,
        "lines_shown": LINES_SHOWN,
        "level": level,
        "levels": LogLevel.choices,
        "cursor": shown[-1].pk if shown else after,
    }


_TAB_CONTENT = {
    "failures": _failures,
    "servers": _servers,
    "steps": _steps,
    "timeline": _timeline,
    "graph": _graph,
    "log": _log,
}
