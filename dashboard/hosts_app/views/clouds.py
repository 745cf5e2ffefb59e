"""The pages about clouds."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods

from dashboard.errors import BadInput, PumphouseError
from dashboard.hosts_app.clouds import register_configured_clouds
from dashboard.hosts_app.environments.deletion import (
    environment_row_of,
    start_environment_deletion,
)
from dashboard.hosts_app.fuel.additions import unknown_additions
from dashboard.hosts_app.fuel.environments import KIND, start_environment_discovery
from dashboard.hosts_app.fuel.masters import is_fuel_configured
from dashboard.hosts_app.limits import set_limits
from dashboard.hosts_app.models import Cloud, FuelEnvironment
from dashboard.hosts_app.verbs.base import cloud_verbs
from dashboard.hosts_app.views.cloud_contents import parts_of, titles
from dashboard.hosts_app.views.cloud_contents import with_counts as cloud_counts
from dashboard.jobs.job_lists import with_counts
from dashboard.jobs.models import Job
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import (
    PageRequest,
    action_view,
    allowed_to,
    run_and_redirect,
    show_error,
    start_and_redirect,
)
from dashboard.jobs.views.verb_pages import available_actions

JOBS_SHOWN = 10


def cloud_list(request: PageRequest) -> HttpResponse:
    """Show all clouds, and the environments of Fuel, as they were at their last refresh."""
    return render(
        request,
        "clouds/list.html",
        {
            "titles": titles(),
            "clouds": cloud_counts(Cloud.objects.all()),
            "environments": FuelEnvironment.objects.prefetch_related("clouds"),
            "has_fuel": is_fuel_configured(),
            "fuel_job": Job.objects.filter(kind=KIND).first(),
            "section": "clouds",
        },
    )


def cloud_page(request: PageRequest, name: str) -> HttpResponse:
    """Show one cloud: what it offers, what it contains, and the jobs about it."""
    cloud = cloud_or_404(name)
    return _show(request, cloud, limits=cloud.limits)


def _show(request: PageRequest, cloud: Cloud, *, limits: str, status: int = 200) -> HttpResponse:
    jobs = Job.objects.filter(subject=f"cloud:{cloud.name}")
    active = next((job for job in jobs[:1] if job.is_active), None)
    return render(
        request,
        "clouds/cloud.html",
        {
            "cloud": cloud,
            "limits": limits,
            "actions": available_actions(cloud_verbs(), cloud, request.user, active=active),
            "parts": parts_of(cloud, request),
            "jobs": with_counts(jobs)[:JOBS_SHOWN],
            "active_job": active,
            "section": "clouds",
        },
        status=status,
    )


def cloud_or_404(name: str) -> Cloud:
    """Return a cloud with its environment, or answer that there is none."""
    return get_object_or_404(Cloud.objects.select_related("environment"), name=name)


@require_http_methods(["GET", "POST"])
@allowed_to(Action.REASSIGN)
def delete_environment(request: PageRequest, name: str) -> HttpResponse:
    """Delete the environment that a cloud is in from Fuel, once its name was typed."""
    cloud = cloud_or_404(name)
    if request.method == "POST":
        typed = request.POST.get("confirmation", "").strip()
        return start_and_redirect(
            request,
            lambda: start_environment_deletion(
                environment_row_of(cloud),
                confirmation=typed,
                requester=on_page(request.user),
            ),
            otherwise=cloud,
        )
    about = {"cloud": cloud, "environment": cloud.environment, "section": "clouds"}
    return render(request, "clouds/delete_environment.html", about)


@action_view(Action.OPERATE)
def limits(request: PageRequest, name: str) -> HttpResponse:
    """Set how much a cloud may be asked for; with no text, as the configuration says."""
    cloud, limits = cloud_or_404(name), request.POST.get("limits", "")
    try:
        set_limits(cloud, limits)
    except PumphouseError as error:
        show_error(request, error)
        return _show(request, cloud, limits=limits, status=400)
    messages.success(request, "The limits hold within seconds, also for jobs that run.")
    return redirect(cloud)


@action_view(Action.DISCOVER)
def discover_environments(request: PageRequest) -> HttpResponse:
    """Start to refresh the environments of Fuel."""
    return run_and_redirect(
        request,
        lambda: start_environment_discovery(requester=on_page(request.user)),
        to="clouds",
        done="The environments of Fuel are being refreshed.",
    )


@action_view(Action.DISCOVER)
def read_configuration(request: PageRequest) -> HttpResponse:
    """Reload the configuration file; no cloud is called."""
    return run_and_redirect(
        request, _read_configuration, to="clouds", done="The configuration was reloaded."
    )


def _read_configuration() -> None:
    if not settings.PUMPHOUSE_CONFIG:
        raise BadInput(
            "No file with clouds is configured.",
            fix="Set PUMPHOUSE_CONFIG to a clouds.yaml or config.yaml and restart Pumphouse.",
        )
    register_configured_clouds()
    if unknown := unknown_additions():
        raise BadInput(unknown[0])
