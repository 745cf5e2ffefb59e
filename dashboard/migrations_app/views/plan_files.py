"""A plan as a file: downloaded, edited and uploaded again."""

from django.http import HttpResponse
from django.shortcuts import redirect

from dashboard.errors import BadInput, PumphouseError
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, action_view, show_error
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.files import (
    LONGEST,
    EditedPlan,
    export_plan,
    file_name_of,
    read_edited,
    text_of,
)
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.views.plans import plan_or_404
from dashboard.whole_numbers import whole_number


def export(request: PageRequest, plan_id: int) -> HttpResponse:
    """Return the plan as a YAML file."""
    plan = plan_or_404(plan_id)
    try:
        text = export_plan(plan)
    except PumphouseError as error:
        show_error(request, error)
        return redirect(plan)
    headers = {"Content-Disposition": f'attachment; filename="{file_name_of(plan)}"'}
    return HttpResponse(text, content_type="application/yaml", headers=headers)


@action_view(Action.PLAN)
def import_file(request: PageRequest) -> HttpResponse:
    """Make a new plan from the file and show it, or show what is wrong on the page it came from."""
    try:
        edited = _sent(request)
        job = PlanMove().start(edited.move(), requester=on_page(request.user), **edited.options)
    except PumphouseError as error:
        show_error(request, error)
        return _back(request)
    return redirect(plan_of(job))


def _sent(request: PageRequest) -> EditedPlan:
    file = request.FILES.get("file")
    if file is None or not file.name:
        raise BadInput("No file was chosen.", fix="Choose an exported plan that you have edited.")
    return read_edited(text_of(file.read(LONGEST + 1), name=file.name), name=file.name)


def _back(request: PageRequest) -> HttpResponse:
    number = whole_number(request.POST.get("from", ""))
    plan = Plan.objects.filter(pk=number).first() if number else None
    return redirect("plan-tab", plan.pk, "choices") if plan else redirect("tenants")
