"""The page of a plan for a host, where typing a name starts it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.errors import PumphouseError
from dashboard.hosts_app.models import HostPlan
from dashboard.hosts_app.plans.host_action import HostAction, host_action_named
from dashboard.hosts_app.plans.host_plans import lines_of, start_host_action
from dashboard.jobs.progress import job_progress
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import has_permission, minimum_role
from dashboard.jobs.views.pages import PageRequest, allowed_to, cut, show_error

LINES_SHOWN = 100


@require_http_methods(["GET", "POST"])
def host_plan_page(request: PageRequest, plan_id: int) -> HttpResponse:
    """Show a plan; start it on POST if the right name was typed, or say why not."""
    plans = HostPlan.objects.select_related("cloud", "plan_job__created_by", "job")
    plan = get_object_or_404(plans, pk=plan_id)
    if request.method == "POST":
        return allowed_to(host_action_named(plan.action).permission)(_start)(request, plan)
    return _show(request, plan)


def _start(request: PageRequest, plan: HostPlan) -> HttpResponse:
    typed = request.POST.get("confirmation", "").strip()
    try:
        return redirect(
            start_host_action(plan, confirmation=typed, requester=on_page(request.user))
        )
    except PumphouseError as error:
        show_error(request, error)
    return _show(request, plan, status=400)


def _show(request: PageRequest, plan: HostPlan, *, status: int = 200) -> HttpResponse:
    action, lines = host_action_named(plan.action), lines_of(plan)
    work = plan.job or plan.plan_job
    about = {
        "plan": plan,
        "action": action,
        "page": cut(lines, request, size=LINES_SHOWN),
        "has_destinations": any(line.where for line in lines),
        "options": _options(action, plan),
        "to_type": action.to_type(plan) if plan.state == HostPlan.State.READY else "",
        "may_start": has_permission(request.user, action.permission),
        "role": minimum_role(action.permission).group,
        "work": work,
        "progress": work and job_progress(work),
        "section": "hosts",
    }
    return render(request, "hosts/plan.html", about, status=status)


def _options(action: HostAction, plan: HostPlan) -> list[tuple[str, str, Any]]:
    """Return name, label and value of each option."""
    chosen = plan.options
    return [
        (option.name, option.label, chosen[option.name])
        for option in action.options
        if option.name in chosen
    ]
