"""What the buttons of a job's page post to. Each returns to the page.

What continues a job does the job's work, so it takes what starting the job takes. To stop one,
operators suffice.
"""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_http_methods

from dashboard.jobs import operating
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.states import Phase
from dashboard.jobs.views.cutover import (
    ask_for_cutover,
    continue_and_redirect,
    is_confirmed,
    release_begins_cutover,
)
from dashboard.jobs.views.pages import (
    PageRequest,
    action_view,
    allowed_to,
    require,
    run_and_redirect,
)
from dashboard.whole_numbers import whole_number


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
def dismiss(request: PageRequest, job_id: int) -> HttpResponse:
    """Take a failed job from what needs somebody."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.dismiss(job, requester=on_page(request.user)),
        to="home",
        done=f"Dismissed: {job.title}.",
    )


@action_view(Action.OPERATE)
def resume(request: PageRequest, job_id: int) -> HttpResponse:
    """Resume a job that failed or was cancelled; ask first, if its cutover begins by that."""
    job = _job_to_continue(request, job_id)
    return continue_and_redirect(
        request,
        job,
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


@action_view(Action.OPERATE)
def servers_at_once(request: PageRequest, job_id: int) -> HttpResponse:
    """Set how many servers of a job may be in cutover at once."""
    job = get_object_or_404(Job, pk=job_id)
    number = whole_number(request.POST.get("number", ""))
    number = -1 if number is None else number
    return run_and_redirect(
        request,
        lambda: operating.limit_chains(job, at_once=number, requester=on_page(request.user)),
        to=job,
        done=f"Up to {number} servers are in cutover at once."
        if number
        else "How many servers are in cutover at once adapts from now on.",
    )


@require_http_methods(["GET", "POST"])
@allowed_to(Action.OPERATE)
def release(request: PageRequest, job_id: int) -> HttpResponse:
    """Release a held job; where that lets the cutover begin, show what it does and ask first."""
    job = _job_to_continue(request, job_id)
    if release_begins_cutover(job) and not is_confirmed(request):
        return ask_for_cutover(request, job, is_wrong=request.method == "POST")
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


@action_view(Action.OPERATE)
def retry(request: PageRequest, step_id: int) -> HttpResponse:
    """Retry a failed step; ask first, if the cutover of its job begins by that."""
    step = _step_to_continue(request, step_id)
    return continue_and_redirect(
        request,
        step.job,
        lambda: operating.retry_step(step, requester=on_page(request.user)),
        to=step.job,
        done=f"Retrying “{step.title}”.",
    )


@action_view(Action.OPERATE)
def retry_all(request: PageRequest, job_id: int) -> HttpResponse:
    """Retry all failed steps of a job; ask first, if its cutover begins by that."""
    job = _job_to_continue(request, job_id)
    return continue_and_redirect(
        request,
        job,
        lambda: operating.retry_failed(job, requester=on_page(request.user)),
        to=job,
        done="Retrying all failed steps.",
    )


@action_view(Action.OPERATE)
def skip(request: PageRequest, step_id: int) -> HttpResponse:
    """Skip a step, for a reason; ask first, if the cutover of its job begins by that."""
    step = _step_to_continue(request, step_id)
    reason = request.POST.get("reason", "")
    return continue_and_redirect(
        request,
        step.job,
        lambda: operating.skip_step(step, reason=reason, requester=on_page(request.user)),
        to=step.job,
        done=f"Skipped “{step.title}” and the steps that depend on it.",
    )
