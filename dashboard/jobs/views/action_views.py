"""What the buttons of a job's page do: POST only, for operators, and back to the page."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from dashboard.jobs import operating
from dashboard.jobs.models import Job, Step
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.states import Phase
from dashboard.jobs.views.pages import PageRequest, action_view, run_and_redirect


@action_view(Action.OPERATE)
def cancel(request: PageRequest, job_id: int) -> HttpResponse:
    """Cancel a job."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.cancel(job, requester=on_page(request.user)),
        to=job,
        done="The job stops as soon as its running steps have stopped.",
    )


@action_view(Action.OPERATE)
def resume(request: PageRequest, job_id: int) -> HttpResponse:
    """Have a job that ended early go on."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.resume(job, requester=on_page(request.user)),
        to=job,
        done="The job goes on; its failed steps are tried anew.",
    )


@action_view(Action.OPERATE)
def hold(request: PageRequest, job_id: int) -> HttpResponse:
    """Hold a job before the source is stopped."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.hold(job, before=Phase.CUTOVER, requester=on_page(request.user)),
        to=job,
        done="The job will wait before cutover.",
    )


@action_view(Action.OPERATE)
def release(request: PageRequest, job_id: int) -> HttpResponse:
    """Have a held job go on."""
    job = get_object_or_404(Job, pk=job_id)
    return run_and_redirect(
        request,
        lambda: operating.release_hold(job, requester=on_page(request.user)),
        to=job,
        done="The job goes on.",
    )


@action_view(Action.OPERATE)
def retry(request: PageRequest, step_id: int) -> HttpResponse:
    """Try a failed step anew."""
    step = get_object_or_404(Step.objects.select_related("job"), pk=step_id)
    return run_and_redirect(
        request,
        lambda: operating.retry_step(step, requester=on_page(request.user)),
        to=step.job,
        done=f"“{step.title}” is tried again.",
    )


@action_view(Action.OPERATE)
def skip(request: PageRequest, step_id: int) -> HttpResponse:
    """Leave a step out, for a reason."""
    step = get_object_or_404(Step.objects.select_related("job"), pk=step_id)
    reason = request.POST.get("reason", "")
    return run_and_redirect(
        request,
        lambda: operating.skip_step(step, reason=reason, requester=on_page(request.user)),
        to=step.job,
        done=f"“{step.title}” is left out, and what cannot be without it.",
    )
