"""The page that lists the plans of all tenants."""

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import render

from dashboard.jobs.views.pages import WAITING, PageRequest, cut
from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.views.waiting import waiting_plans


def plan_list(request: PageRequest) -> HttpResponse:
    """Show all plans, the latest first, filtered by the query."""
    words = request.GET.get("q", "").strip()
    page = cut(_numbers(request.GET.get("state"), words), request)
    related = ("source", "destination", "created_by")
    shown = Plan.objects.filter(pk__in=list(page.object_list)).select_related(*related)
    page.object_list = shown.order_by("-pk")
    about = {
        "page": page,
        "states": [(WAITING, "Needs you"), *Plan.State.choices],
        "section": "tenants",
    }
    return render(request, "plans/list.html", about)


def _numbers(state: str | None, words: str) -> Sequence[int] | QuerySet[Any, int]:
    """Return the numbers of the plans in a state whose tenants' names contain the words.

    Those that wait are found once, for the number of pages and for the page.
    """
    if state == WAITING:
        found = waiting_plans().filter(tenant_name__icontains=words).order_by()
        down = servers_down().filter(plan__tenant_name__icontains=words).order_by()
        numbers = {*found.values_list("pk", flat=True), *down.values_list("plan", flat=True)}
        return sorted(numbers, reverse=True)
    plans = Plan.objects.filter(state=state) if state else Plan.objects.all()
    named = plans.filter(tenant_name__icontains=words) if words else plans
    return named.order_by("-pk").values_list("pk", flat=True)
