"""The pages of a copy of an environment: its form and its plan."""

from typing import Any

from django import forms
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.errors import PumphouseError
from dashboard.hosts_app.environments.duplicating import (
    incomplete_sentence,
    lines_of,
    start_duplication,
    start_environment_plan,
)
from dashboard.hosts_app.environments.lines import CopyLine, CopyOutcome
from dashboard.hosts_app.fuel.releases import releases_for
from dashboard.hosts_app.models import Cloud, EnvironmentPlan, FuelEnvironment
from dashboard.jobs.progress import job_progress
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action, has_permission, minimum_role
from dashboard.jobs.views.pages import PageRequest, allowed_to, show_error


class DuplicateForm(forms.Form):
    """The options of a copy of an environment."""

    name = forms.CharField(label="Name of the new environment", max_length=50)
    renumber = forms.BooleanField(
        label="Renumber networks and VLANs that overlap with other environments",
        required=False,
    )
    cidr_base = forms.CharField(
        label="Range for renumbered networks",
        help_text="Such as 10.50.0.0/16. By default each takes the next free block.",
        required=False,
    )
    vlan_offset = forms.IntegerField(
        label="VLAN offset",
        help_text="Added to every VLAN. By default the first hundred at which all are free.",
        required=False,
        min_value=1,
        max_value=4000,
    )

    def __init__(self, environment: FuelEnvironment, *given: Any, **more: Any) -> None:
        super().__init__(*given, **more)
        self.label_suffix = ""
        releases = releases_for(environment)
        own = [("", f"{environment.release} (as the source)")]
        newer = [(release.release_id, str(release)) for release in releases[1:]]
        self.fields["release"] = forms.TypedChoiceField(
            label="Release", choices=[*own, *newer], coerce=int, required=False, empty_value=None
        )
        self.order_fields(["name", "release"])

    def options(self) -> dict[str, Any]:
        """Return what was chosen, as the fields of ``CopyOptions``."""
        chosen = {key: value for key, value in self.cleaned_data.items() if key != "name"}
        return {**chosen, "vlan_offset": chosen["vlan_offset"] or 0}


@require_http_methods(["GET", "POST"])
@allowed_to(Action.PLAN)
def duplicate(request: PageRequest, environment_pk: int) -> HttpResponse:
    """Show the form of a copy; plan the copy when it is sent."""
    environment = get_object_or_404(FuelEnvironment, pk=environment_pk, is_gone=False)
    form = DuplicateForm(environment, request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(_planned(request, environment, form))
        except PumphouseError as error:
            show_error(request, error)
    about = {"environment": environment, "form": form, "section": "clouds"}
    is_refused = request.method == "POST"
    return render(request, "clouds/duplicate.html", about, status=400 if is_refused else 200)


def _planned(
    request: PageRequest, environment: FuelEnvironment, form: DuplicateForm
) -> EnvironmentPlan:
    return start_environment_plan(
        environment,
        name=form.cleaned_data["name"],
        options=form.options(),
        requester=on_page(request.user),
    )


@require_http_methods(["GET", "POST"])
def environment_plan_page(request: PageRequest, plan_id: int) -> HttpResponse:
    """Show the plan of a copy; start it on POST, or say why not."""
    plans = EnvironmentPlan.objects.select_related("environment", "plan_job__created_by", "job")
    plan = get_object_or_404(plans, pk=plan_id)
    if request.method == "POST":
        return allowed_to(Action.REASSIGN)(_start)(request, plan)
    return _show(request, plan)


def _start(request: PageRequest, plan: EnvironmentPlan) -> HttpResponse:
    try:
        return redirect(start_duplication(plan, requester=on_page(request.user)))
    except PumphouseError as error:
        show_error(request, error)
    return _show(request, plan, status=400)


def _show(request: PageRequest, plan: EnvironmentPlan, *, status: int = 200) -> HttpResponse:
    lines, work = lines_of(plan), plan.job or plan.plan_job
    about = {
        "plan": plan,
        "different": [line for line in lines if _is_different(line)],
        "carried": [line for line in lines if not _is_different(line)],
        "incomplete": incomplete_sentence(plan),
        "incomplete_cloud": _cloud_of_copy(plan),
        "may_start": has_permission(request.user, Action.REASSIGN),
        "role": minimum_role(Action.REASSIGN).group,
        "work": work,
        "progress": work and job_progress(work),
        "section": "clouds",
    }
    return render(request, "clouds/environment_plan.html", about, status=status)


def _cloud_of_copy(plan: EnvironmentPlan) -> Cloud | None:
    """Return the cloud of the created environment, whose page can delete it."""
    fuel = plan.environment.fuel
    of_copy = Cloud.objects.filter(
        environment__fuel=fuel, environment__environment_id=plan.copy_id or 0
    )
    return of_copy.first()


def _is_different(line: CopyLine) -> bool:
    return line.outcome != CopyOutcome.CARRIED


def open_environment(request: PageRequest, environment_id: int) -> HttpResponse:
    """Redirect from an environment's dashboard in Fuel to its cloud, or to all clouds."""
    of_environment = Cloud.objects.filter(
        environment__environment_id=environment_id, environment__is_gone=False
    )
    cloud = of_environment.order_by("-origin").first()
    return redirect("cloud", cloud.name) if cloud else redirect("clouds")
