"""Asking before a cutover begins: whoever lets a job continue into it types a word first."""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from dashboard.errors import BadInput
from dashboard.jobs.models import Job, Step
from dashboard.jobs.operating import is_resumable
from dashboard.jobs.states import Phase, StepState
from dashboard.jobs.views.pages import HasPage, PageRequest, run_and_redirect, show_error

CUTOVER_WORD = "cutover"
STEPS_NAMED = 50


def release_begins_cutover(job: Job) -> bool:
    """Return whether releasing a job lets its cutover begin."""
    return job.holds_cutover and _pending(job).exists()


def continuing_begins_cutover(job: Job) -> bool:
    """Return whether a job that has ended goes on into a cutover that has not begun before."""
    if not is_resumable(job) or job.holds_cutover:
        return False
    cutover = job.steps.filter(phase=Phase.CUTOVER)
    return _pending(job).exists() and not cutover.filter(started_at__isnull=False).exists()


def is_confirmed(request: PageRequest) -> bool:
    """Return whether the word was typed."""
    return request.POST.get("confirmation", "").strip() == CUTOVER_WORD


def continue_and_redirect(
    request: PageRequest, job: Job, work: Callable[[], Any], *, to: HasPage, done: str
) -> HttpResponse:
    """Continue a job by ``work`` and redirect; ask first if its cutover can begin by that."""
    if continuing_begins_cutover(job) and not is_confirmed(request):
        return ask_for_cutover(request, job, is_wrong="confirmation" in request.POST)
    return run_and_redirect(request, work, to=to, done=done)


def ask_for_cutover(request: PageRequest, job: Job, *, is_wrong: bool) -> HttpResponse:
    """Show what the cutover does, and a form that asks for the word and posts to the same address.

    What was posted without it is posted again with it. ``is_wrong`` says that it was asked for
    already.
    """
    if is_wrong:
        show_error(request, BadInput("Nothing was started.", fix=f"Type {CUTOVER_WORD}."))
    steps = _pending(job)
    about = {
        "job": job,
        "word": CUTOVER_WORD,
        "steps": steps[:STEPS_NAMED],
        "more": max(0, steps.count() - STEPS_NAMED),
        "kept": {"reason": request.POST["reason"]} if "reason" in request.POST else {},
        "section": "jobs",
    }
    return render(request, "jobs/release.html", about, status=400 if is_wrong else 200)


def _pending(job: Job) -> QuerySet[Step]:
    return job.steps.filter(phase=Phase.CUTOVER, state=StepState.PENDING)
