"""The pages about tenants: the list, and one tenant with its latest plan."""

from collections.abc import Iterable
from typing import Any

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Concat
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.errors import PumphouseError
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.job_lists import with_counts
from dashboard.jobs.models import Job
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import conflict_with
from dashboard.jobs.views.pages import PageRequest, action_view, cut, show_error
from dashboard.jobs.views.verb_pages import available_actions
from dashboard.migrations_app.execution.outages import outages_of, servers_down
from dashboard.migrations_app.forms import PlanForm
from dashboard.migrations_app.maintenance.entering import SERVICE_PROJECTS
from dashboard.migrations_app.maintenance.locks import maintenance_of, subject_in
from dashboard.migrations_app.models import (
    LedgerEntry,
    Plan,
    Tenant,
    TenantMaintenance,
    plan_of,
    subject_of,
)
from dashboard.migrations_app.stretch.work import open_stretches
from dashboard.migrations_app.verbs.base import tenant_verbs
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.views.plan_progress import (
    CHANGING,
    changing_job,
    plan_progress,
    read_plan,
)
from dashboard.whole_numbers import whole_number

JOBS_SHOWN = 20
PLANS_SHOWN = 20
NO_PLAN = "none"
ORDERS = {
    "": ("cloud__name", "name"),
    "servers": ("-servers", "name"),
    "volumes": ("-volumes", "name"),
    "domain": ("domain_name", "name"),
    "seen": ("-seen_at", "name"),
}
ORDER_WORDS = (("", "cloud and name"), *((name, name) for name in ORDERS if name))
"""How the list can be sorted, and the words for it."""
KINDS = {
    "": "tenants to move",
    "services": "service projects",
    "copies": "copies",
    "all": "all projects",
}
"""Which projects the list shows, and the words for them."""
SIZES = (50, 200)
"""How many rows a page of the list can have."""


def tenant_list(request: PageRequest) -> HttpResponse:
    """Show the tenants that discovery has seen, with the state of each one's latest plan."""
    order = ORDERS.get(request.GET.get("sort", ""), ORDERS[""])
    size = whole_number(request.GET.get("rows", ""))
    size = size if size in SIZES else SIZES[0]
    page = cut(_filtered(request).order_by(*order).only("pk"), request, size=size)
    page.object_list = with_latest_plan(page).order_by(*order)
    return render(
        request,
        "tenants/list.html",
        {
            "page": page,
            "clouds": Cloud.objects.all(),
            "states": [(NO_PLAN, "None"), *Plan.State.choices],
            "orders": ORDER_WORDS,
            "kinds": KINDS.items(),
            "sizes": SIZES,
            "size": size,
            "section": "tenants",
        },
    )


def _filtered(request: PageRequest) -> QuerySet[Tenant]:
    """Return the tenants that the query asks for: by cloud, words, and the latest plan's state."""
    tenants = tenants_of_kind(request.GET.get("kind", ""))
    if cloud := request.GET.get("cloud"):
        tenants = tenants.filter(cloud__name=cloud)
    if words := request.GET.get("q", "").strip():
        named = Q(name__icontains=words) | Q(domain_name__icontains=words)
        tenants = tenants.filter(named | Q(project_id=words))
    if state := request.GET.get("state"):
        plans = Plan.objects.filter(source=OuterRef("cloud"), tenant_id=OuterRef("project_id"))
        latest = Subquery(plans.order_by("-pk").values("state")[:1])
        wanted = None if state == NO_PLAN else state
        tenants = tenants.annotate(latest_state=latest).filter(
            Q(latest_state=wanted) if wanted else Q(latest_state__isnull=True)
        )
    return tenants


def tenants_of_kind(kind: str) -> QuerySet[Tenant]:
    """Return the tenants of a kind: what nobody moves, and what has been moved, is apart."""
    services = Q(name__in=SERVICE_PROJECTS)
    clouds = Cloud.objects.order_by().values("pk")  # with them, an index finds the projects
    copies = LedgerEntry.objects.filter(
        source_cloud__in=clouds,
        destination_cloud__in=clouds,
        type="project",
        origin=LedgerEntry.Origin.CREATED,
        state=LedgerEntry.State.PRESENT,
    )
    is_copy = Q(project_id__in=copies.values("destination_id"))
    kinds = {"services": services, "copies": is_copy, "all": Q()}
    return Tenant.objects.filter(kinds.get(kind, ~services & ~is_copy))


def with_latest_plan(shown: Iterable[Tenant]) -> QuerySet[Tenant]:
    """Return the tenants with their clouds, each with the number and state of its latest plan, with
    the kind and state of the latest job that changes clouds for it, and with its servers down.

    By their ids: while it sorts, a database would look for the plans of those not shown, too.
    """
    tenants = Tenant.objects.filter(pk__in=[tenant.pk for tenant in shown])
    plans = Plan.objects.filter(source=OuterRef("cloud"), tenant_id=OuterRef("project_id"))
    latest = plans.order_by("-pk")
    subject = Concat(Value(subject_of("")), OuterRef("project_id"))
    jobs = Job.objects.filter(subject=subject, kind__in=CHANGING).order_by("-pk")
    down = (
        servers_down()
        .order_by()
        .filter(plan__source=OuterRef("cloud"), plan__tenant_id=OuterRef("project_id"))
    )
    annotated = tenants.annotate(
        servers_down=Subquery(
            down.values("plan__tenant_id").annotate(number=Count("pk")).values("number")
        ),
        plan_id=Subquery(latest.values("pk")[:1]),
        plan_state=Subquery(latest.values("state")[:1]),
        job_kind=Subquery(jobs.values("kind")[:1]),
        job_state=Subquery(jobs.values("state")[:1]),
    )
    return annotated.select_related("cloud").order_by("cloud__name", "name")


def tenant_page(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Show one tenant."""
    tenant = tenant_or_404(cloud_name, project_id)
    return render(request, "tenants/tenant.html", _about(request, tenant, PlanForm(tenant=tenant)))


@action_view(Action.PLAN)
def new_plan(request: PageRequest, cloud_name: str, project_id: str) -> HttpResponse:
    """Start to plan a tenant's move; an invalid form comes back as it was filled in."""
    tenant = tenant_or_404(cloud_name, project_id)
    form = PlanForm(request.POST, tenant=tenant)
    if form.is_valid():
        try:
            job = PlanMove().start(form.move, requester=on_page(request.user), **form.options)
        except PumphouseError as error:
            show_error(request, error)
        else:
            return redirect(plan_of(job))
    return render(request, "tenants/tenant.html", _about(request, tenant, form), status=400)


def tenant_or_404(cloud_name: str, project_id: str) -> Tenant:
    """Return a tenant with its cloud and the row of its files, or respond with 404."""
    rows = Tenant.objects.select_related("cloud", "files").defer("files__texts")
    return get_object_or_404(rows, cloud__name=cloud_name, project_id=project_id)


def _about(request: PageRequest, tenant: Tenant, form: PlanForm) -> dict[str, Any]:
    about_plans = Plan.objects.filter(source=tenant.cloud, tenant_id=tenant.project_id)
    plans = list(about_plans.select_related("source", "destination")[: 1 + PLANS_SHOWN])
    latest = next(iter(plans), None)
    # a tenant that was moved here shares its source's subject
    own, shared = subject_of(tenant.project_id), subject_in(tenant.cloud, tenant.project_id)
    jobs = Job.objects.filter(subject__in={own, shared})
    of_tenant = list(jobs)
    jobs_here = [job for job in of_tenant if job.subject == own]
    if latest:
        read_plan(latest, jobs_here)
    plan_jobs = [job for job in of_tenant if latest and job.params.get("plan") == latest.pk]
    active = {job.subject: job for job in of_tenant if job.active_subject}
    times = TenantMaintenance.objects.filter(cloud=tenant.cloud, project_id=tenant.project_id)
    last = times.select_related("cloud", "entered_by").first()
    tenant.maintenances_read = [last] if last and last.is_open else []
    return {
        "actions": available_actions(
            tenant_verbs(), tenant, request.user, active=active.get(shared)
        ),
        "plan_refusal": conflict_with(active.get(own)),
        "maintenance": maintenance_of(tenant),
        "latest_maintenance": last,
        "outages": outages_of(own, jobs_here),
        "tenant": tenant,
        "files": getattr(tenant, "files", None),
        "form": form,
        "plan": latest,
        "progress_steps": plan_progress(latest, plan_jobs) if latest else [],
        "stretches": open_stretches(latest) if latest else [],
        "changing_job": changing_job(plan_jobs),
        "earlier": plans[1:],
        "jobs": with_counts(jobs).order_by("-pk")[:JOBS_SHOWN],
        "active_job": next(iter(active.values()), None),
        "section": "tenants",
    }
