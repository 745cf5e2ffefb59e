"""The pages about hosts: totals of all clouds, the hosts of a cloud, one host."""

from typing import Any

from django.contrib.auth.models import User
from django.db.models import Count, F, Max, Q, QuerySet, Sum
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.errors import PumphouseError
from dashboard.hosts_app.discovery import start_host_discovery
from dashboard.hosts_app.forms import HostActionForm
from dashboard.hosts_app.maintenance import OFF, ON, start_maintenance
from dashboard.hosts_app.models import OURS, Cloud, Host, HostPlan, host_subject
from dashboard.hosts_app.plans.host_action import all_host_actions
from dashboard.hosts_app.plans.host_plans import start_host_plan
from dashboard.hosts_app.reassignment.location import in_progress
from dashboard.hosts_app.views.available_actions import available_actions
from dashboard.jobs.job_lists import with_counts
from dashboard.jobs.models import Job
from dashboard.jobs.progress import job_progress
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import PageRequest, action_view, cut, show_error, start_and_redirect

PAGE = "page"
PLANS_SHOWN = 10
JOBS_SHOWN = 10


def all_hosts(request: PageRequest) -> HttpResponse:
    """Show how many hosts each cloud has, their state and their usage."""
    about = {"clouds": with_sums(Cloud.objects.all()), "section": "hosts"}
    return render(request, "hosts/clouds.html", about)


def with_sums(clouds: QuerySet[Cloud]) -> QuerySet[Cloud]:
    """Annotate clouds with the totals of their hosts, and when these were last read."""
    return clouds.annotate(
        host_count=Count("hosts"),
        hosts_down=Count("hosts", filter=Q(hosts__is_up=False)),
        hosts_disabled=Count("hosts", filter=Q(hosts__is_up=True, hosts__is_enabled=False)),
        vcpus_used=Sum("hosts__vcpus_used", default=0),
        vcpus_total=Sum("hosts__vcpus_total", default=0),
        ram_used_mib=Sum("hosts__ram_used_mib", default=0),
        ram_total_mib=Sum("hosts__ram_total_mib", default=0),
        hosts_seen_at=Max("hosts__seen_at"),
    )


def host_list(request: PageRequest, name: str) -> HttpResponse:
    """Show the hosts of a cloud, those with the lowest evacuation cost first."""
    cloud = get_object_or_404(with_sums(Cloud.objects.all()), name=name)
    hosts = cloud.hosts.select_related("cloud").order_by(
        F("evacuation_cost__rank").asc(nulls_last=True), "name"
    )
    if words := request.GET.get("q", "").strip():
        hosts = hosts.filter(name__icontains=words)
    refresh_job = Job.objects.filter(subject=f"hosts:{cloud.name}").first()
    about = {
        "cloud": cloud,
        "page": cut(hosts, request),
        "refresh_job": refresh_job,
        "refresh_progress": refresh_job and job_progress(refresh_job),
        "in_progress": in_progress(cloud),
        "other_actions": [
            action for action in all_host_actions().values() if not action.of_computes
        ],
        "section": "hosts",
    }
    return render(request, "hosts/list.html", about)


@action_view(Action.DISCOVER)
def refresh(request: PageRequest, name: str) -> HttpResponse:
    """Start to refresh the hosts of a cloud."""
    cloud = get_object_or_404(Cloud, name=name)
    try:
        start_host_discovery(cloud, requester=on_page(request.user))
    except PumphouseError as error:
        show_error(request, error)
    return redirect("hosts", cloud.name)


def host_page(request: PageRequest, name: str, host: str) -> HttpResponse:
    """Show one host, what can be done to it, and what was done."""
    cloud = get_object_or_404(Cloud, name=name)
    return render(request, "hosts/host.html", about_host(cloud, host, request.user))


def about_host(
    cloud: Cloud, name: str, user: User, *, sent: HostActionForm | None = None
) -> dict[str, Any]:
    """Return what the page of a host shows; ``sent`` is a form that was refused.

    A host that Nova does not know has a page too, once something was planned for it.
    """
    host = cloud.hosts.select_related("cloud").filter(name=name).first()
    plans = HostPlan.objects.filter(cloud=cloud, host=name)
    plans = plans.select_related("plan_job__created_by", "job")
    if host is None and sent is None and not plans.exists():
        raise Http404(f"Cloud {cloud} has no host {name}.")
    jobs = Job.objects.filter(subject=host_subject(cloud, name))
    active = jobs.filter(active_subject__isnull=False).first()
    return {
        "cloud": cloud,
        "name": name,
        "host": host,
        "maintenance": host and maintenance_of(host),
        "sections": [*available_actions(cloud, host, user, sent=sent)],
        "plans": [(plan, _title(plan)) for plan in plans[:PLANS_SHOWN]],
        "jobs": with_counts(jobs).order_by("-pk")[:JOBS_SHOWN],
        "active_job": active,
        "progress": active and job_progress(active),
        "section": "hosts",
    }


def maintenance_of(host: Host) -> dict[str, str]:
    """Return the possible change of a host's maintenance, and the reason if there is none."""
    ours = host.is_enabled or host.disabled_reason.startswith(OURS)
    reason = "" if ours else "Somebody else has disabled its nova-compute: let them finish."
    return {"to": ON if host.is_enabled else OFF, "reason": reason}


def _title(plan: HostPlan) -> str:
    action = all_host_actions().get(plan.action)
    return action.title if action else plan.action


@action_view(Action.MAINTAIN)
def maintenance(request: PageRequest, name: str, host: str) -> HttpResponse:
    """Put a host into maintenance, or end its maintenance."""
    row = get_object_or_404(Host.objects.select_related("cloud"), cloud__name=name, name=host)
    to = OFF if request.POST.get("to") == OFF else ON
    return start_and_redirect(
        request,
        lambda: start_maintenance(row.cloud, row.name, to=to, requester=on_page(request.user)),
        otherwise=row,
    )


@action_view(Action.PLAN)
def plan_action(request: PageRequest, name: str, host: str, action: str) -> HttpResponse:
    """Plan a host action; an invalid form is shown again as it was filled in."""
    cloud = get_object_or_404(Cloud, name=name)
    if action not in all_host_actions():
        raise Http404(f"Unknown host action {action}.")
    form = HostActionForm(all_host_actions()[action], cloud, request.POST)
    if all_host_actions()[action].of_computes:
        get_object_or_404(Host, cloud=cloud, name=host)
    if form.is_valid():
        try:
            return redirect(
                start_host_plan(
                    cloud,
                    host,
                    action=action,
                    options=form.cleaned_data,
                    requester=on_page(request.user),
                )
            )
        except PumphouseError as error:
            show_error(request, error)
    return render(
        request, "hosts/host.html", about_host(cloud, host, request.user, sent=form), status=400
    )


@action_view(Action.PLAN)
def plan_other(request: PageRequest, name: str) -> HttpResponse:
    """Show what can be planned for a host that Nova does not know."""
    host = request.POST.get("host", "").strip()
    action = all_host_actions().get(request.POST.get("wanted", ""))
    cloud = get_object_or_404(Cloud, name=name)
    if not host or action is None or action.of_computes:
        return redirect("hosts", cloud.name)
    about = about_host(cloud, host, request.user, sent=HostActionForm(action, cloud))
    return render(request, "hosts/host.html", about)
