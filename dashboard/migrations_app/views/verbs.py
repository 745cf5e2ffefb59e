"""What the buttons of plans and clouds do: each starts a job and goes to its page.

Rollback and finalize have a page of their own, which lists what they touch and asks for the name.
"""

from collections.abc import Callable
from datetime import datetime

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods

from dashboard.errors import BadInput, PumphouseError
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.states import Phase
from dashboard.jobs.views.pages import (
    PageRequest,
    action_view,
    allowed_to,
    show_error,
    start_and_redirect,
)
from dashboard.migrations_app.discovery import start_discovery
from dashboard.migrations_app.execution.execute import start_execute
from dashboard.migrations_app.execution.finalize import start_finalize, what_finalize_deletes
from dashboard.migrations_app.execution.rollback import start_rollback, what_rollback_touches
from dashboard.migrations_app.execution.verify import start_verify
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.planning.preflight import start_preflight
from dashboard.migrations_app.views.plans import plan_or_404

PAGE = "page"


@action_view(Action.DISCOVER)
def discover(request: PageRequest, name: str) -> HttpResponse:
    """Look at a cloud again."""
    cloud = get_object_or_404(Cloud, name=name)
    return start_and_redirect(
        request,
        lambda: start_discovery(cloud, requester=on_page(request.user)),
        otherwise=cloud,
    )


@action_view(Action.PREFLIGHT)
def preflight(request: PageRequest, plan_id: int) -> HttpResponse:
    """Check a plan again."""
    plan = plan_or_404(plan_id)
    return start_and_redirect(
        request,
        lambda: start_preflight(plan, requester=on_page(request.user)),
        otherwise=plan,
    )


@action_view(Action.EXECUTE)
def execute(request: PageRequest, plan_id: int) -> HttpResponse:
    """Execute a plan; when asked to, hold it before cutover, for ever or until a time."""
    plan = plan_or_404(plan_id)

    def start() -> Job:
        until = _moment(request.POST.get("hold_until", ""))
        hold = Phase.CUTOVER if request.POST.get("hold") else None
        return start_execute(
            plan, hold_before=hold, hold_until=until, requester=on_page(request.user)
        )

    return start_and_redirect(request, start, otherwise=plan)


def _moment(text: str) -> datetime | None:
    """Read a time as the browser's field gives it, in the server's zone."""
    if not text:
        return None
    try:
        moment = parse_datetime(text)
    except ValueError:
        moment = None
    if moment is None:
        raise BadInput(f"“{text}” is no date and time.", fix="Give it as 2026-11-20T22:00.")
    return timezone.make_aware(moment) if timezone.is_naive(moment) else moment


@action_view(Action.VERIFY)
def verify(request: PageRequest, plan_id: int) -> HttpResponse:
    """Compare both sides."""
    plan = plan_or_404(plan_id)
    return start_and_redirect(
        request,
        lambda: start_verify(plan, requester=on_page(request.user)),
        otherwise=plan,
    )


@require_http_methods(["GET", "POST"])
@allowed_to(Action.ROLLBACK)
def rollback(request: PageRequest, plan_id: int) -> HttpResponse:
    """Ask for the tenant's name, then roll back."""
    plan = plan_or_404(plan_id)
    return _confirmed(request, plan, "plans/rollback.html", what_rollback_touches, start_rollback)


@require_http_methods(["GET", "POST"])
@allowed_to(Action.FINALIZE)
def finalize(request: PageRequest, plan_id: int) -> HttpResponse:
    """Ask for the tenant's name, then delete the tenant from the source."""
    plan = plan_or_404(plan_id)
    return _confirmed(request, plan, "plans/finalize.html", what_finalize_deletes, start_finalize)


def _confirmed(
    request: PageRequest,
    plan: Plan,
    template: str,
    what: Callable[[Plan], list[str]],
    start: Callable[..., Job],
) -> HttpResponse:
    """Show what will be touched; start it when the right name was typed, else say why not."""
    if request.method == "POST":
        typed = request.POST.get("confirmation", "")
        try:
            job = start(plan, confirmation=typed, requester=on_page(request.user))
        except PumphouseError as error:
            show_error(request, error)
        else:
            return redirect(job)
    status = 400 if request.method == "POST" else 200
    about = {"plan": plan, "touched": what(plan), "section": "tenants"}
    return render(request, template, about, status=status)
