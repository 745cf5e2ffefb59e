"""The page that lists the plans of all tenants."""

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from dashboard.jobs.views.pages import WAITING, PageRequest, cut
from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.views.waiting import waiting_plans


def plan_list(request: PageRequest) -> HttpResponse:
    """Show all plans, the latest first, filtered by the query."""
    plans = _in_state(request.GET.get("state"))
    if words := request.GET.get("q", "").strip():
        plans = plans.filter(tenant_name__icontains=words)
    shown = plans.select_related("source", "destination", "created_by").order_by("-pk")
    about = {
        "page": cut(shown, request),
        "states": [(WAITING, "Needs you"), *Plan.State.choices],
        "section": "tenants",
    }
    return render(request, "plans/list.html", about)


def _in_state(state: str | None) -> QuerySet[Plan]:
    if state == WAITING:
        # found once, for the number of pages and for the page
        found = waiting_plans().order_by().values_list("pk", flat=True)
        down = servers_down().order_by().values_list("plan", flat=True)
        return Plan.objects.filter(pk__in={*found, *down})
    return Plan.objects.filter(state=state) if state else Plan.objects.all()
