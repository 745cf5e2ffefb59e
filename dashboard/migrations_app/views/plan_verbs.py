"""What the verbs of a plan do on pages: each starts a job and goes to its page.

A verb that wants a confirmation has a page of its own, which lists what it touches.
"""

from collections.abc import Callable

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.errors import PumphouseError
from dashboard.jobs.models import Job
from dashboard.jobs.option_forms import posted_values
from dashboard.jobs.requester import on_page
from dashboard.jobs.views.pages import PageRequest, allowed_to, show_error, start_and_redirect
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.base import PlanVerb
from dashboard.migrations_app.views.plans import plan_or_404


def plan_verb_view(verb: PlanVerb) -> Callable[..., HttpResponse]:
    """Return the view behind a verb's address."""

    @require_http_methods(["GET", "POST"] if verb.confirmation else ["POST"])
    @allowed_to(verb.permission)
    def view(request: PageRequest, plan_id: int) -> HttpResponse:
        plan = plan_or_404(plan_id)
        if verb.confirmation:
            return _confirmed(verb, request, plan)
        return start_and_redirect(request, lambda: _start(verb, request, plan), otherwise=plan)

    return view


def _start(verb: PlanVerb, request: PageRequest, plan: Plan) -> Job:
    return verb.start(
        plan,
        requester=on_page(request.user),
        confirmation=request.POST.get("confirmation", ""),
        **posted_values(verb.options, request.POST),
    )


def _confirmed(verb: PlanVerb, request: PageRequest, plan: Plan) -> HttpResponse:
    """Show what will be touched; start the job once the right name was typed, else say why not."""
    if request.method == "POST":
        try:
            return redirect(_start(verb, request, plan))
        except PumphouseError as error:
            show_error(request, error)
    about = {
        "plan": plan,
        "verb": verb,
        "warning": verb.warning.format(plan=plan),
        "refusal": verb.why_not(plan),
        "touched": verb.touched(plan),
        "section": "tenants",
    }
    status = 400 if request.method == "POST" else 200
    return render(request, "plans/confirm.html", about, status=status)
