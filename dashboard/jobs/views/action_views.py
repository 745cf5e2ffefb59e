"""What the buttons of a job's page post to. Each returns to the page.

What continues a job does the job's work, so it takes what starting the job takes. To stop one,
operators suffice.
"""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.errors import BadInput
from dashboard.jobs import operating
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.states import Phase, StepState
from dashboard.jobs.views.pages import (
    PageRequest,
    action_view,
    allowed_to,
    require,
    run_and_redirect,
    show_error,
)

CUTOVER_WORD = "cutover"
STEPS_NAMED = 50


@action_view(Action.OPERATE)
def cancel(request: PageRequest, job_id: int) -> HttpResponse:
    """Cancel a job."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.cancel(job, requester=on_page(request.user)),
        to=job,
        done="The job ends as soon as its running steps have stopped.",
    )


@action_view(Action.OPERATE)
def resume(request: PageRequest, job_id: int) -> HttpResponse:
    """Resume a job that failed or was cancelled."""
    job = _job_to_continue(request, job_id)
    return run_and_redirect(
        request,
        lambda: operating.resume(job, requester=on_page(request.user)),
        to=job,
        done="The job continues and retries its failed steps.",
    )


@action_view(Action.OPERATE)
def hold(request: PageRequest, job_id: int) -> HttpResponse:
    """Hold a job before the source is stopped."""
    job = get_object_or_404(Job, pk=job_id)
    if job.hold_before is not None:  # it could be held before an earlier phase
        require(request, permission_for(job.kind))
    return run_and_redirect(
        request,
        lambda: operating.hold(job, before=Phase.CUTOVER, requester=on_page(request.user)),
        to=job,
        done="The job will wait before cutover.",
    )


@require_http_methods(["GET", "POST"])
@allowed_to(Action.OPERATE)
def release(request: PageRequest, job_id: int) -> HttpResponse:
    """Release a held job; where that lets the cutover begin, show what it does and ask first."""
    job = _job_to_continue(request, job_id)
    asks = job.holds_cutover and _cutover_steps(job).exists()
    if asks and request.POST.get("confirmation", "").strip() != CUTOVER_WORD:
        return _ask_for_cutover(request, job)
    if request.method == "GET":
        return redirect(job)
    return run_and_redirect(
        request,
        lambda: operating.release_hold(job, requester=on_page(request.user)),
        to=job,
        done="The job continues.",
    )


def _job_to_continue(request: PageRequest, job_id: int) -> Job:
    """Return a job, if the user may start one of its kind."""
    job = get_object_or_404(Job, pk=job_id)
    require(request, permission_for(job.kind))
    return job


def _step_to_continue(request: PageRequest, step_id: int) -> Step:
    """Return a step, if the user may start a job of its kind: its job goes on, too."""
    step = get_object_or_404(Step.objects.select_related("job"), pk=step_id)
    require(request, permission_for(step.job.kind))
    return step


def _cutover_steps(job: Job) -> QuerySet[Step]:
    return job.steps.filter(phase=Phase.CUTOVER, state=StepState.PENDING)


def _ask_for_cutover(request: PageRequest, job: Job) -> HttpResponse:
    is_wrong = request.method == "POST"
    if is_wrong:
        show_error(request, BadInput("Nothing was released.", fix=f"Type {CUTOVER_WORD}."))
    steps = _cutover_steps(job)
    about = {
        "job": job,
        "word": CUTOVER_WORD,
        "steps": steps[:STEPS_NAMED],
        "more": max(0, steps.count() - STEPS_NAMED),
        "section": "jobs",
    }
    return render(request, "jobs/release.html", about, status=400 if is_wrong else 200)


@action_view(Action.OPERATE)
def retry(request: PageRequest, step_id: int) -> HttpResponse:
    """Retry a failed step."""
    step = _step_to_continue(request, step_id)
    return run_and_redirect(
        request,
        lambda: operating.retry_step(step, requester=on_page(request.user)),
        to=step.job,
        done=f"Retrying “{step.title}”.",
    )


@action_view(Action.OPERATE)
def retry_all(request: PageRequest, job_id: int) -> HttpResponse:
    """Retry all failed steps of a job."""
    job = _job_to_continue(request, job_id)
    return run_and_redirect(
        request,
        lambda: operating.retry_failed(job, requester=on_page(request.user)),
        to=job,
        done="Retrying all failed steps.",
    )


@action_view(Action.OPERATE)
def skip(request: PageRequest, step_id: int) -> HttpResponse:
    """Skip a step, for a reason."""
    step = _step_to_continue(request, step_id)
    reason = request.POST.get("reason", "")
    return run_and_redirect(
        request,
        lambda: operating.skip_step(step, reason=reason, requester=on_page(request.user)),
        to=step.job,
        done=f"Skipped “{step.title}” and the steps that depend on it.",
    )
