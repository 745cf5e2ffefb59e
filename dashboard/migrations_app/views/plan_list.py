"""The page that lists the plans of all tenants, its archive, its file, and saved mappings."""

import csv
from collections.abc import Iterator, Sequence
from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.errors import BadInput
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.views.pages import (
    WAITING,
    PageRequest,
    action_view,
    cut,
    run_and_redirect,
    show_error,
)
from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import Plan, SavedMappings
from dashboard.migrations_app.planning.archiving import archive, take_out
from dashboard.migrations_app.planning.saved import save_mappings
from dashboard.migrations_app.views.waiting import waiting_plans
from dashboard.spreadsheets import cell
from dashboard.whole_numbers import whole_number

SHOWN = {"": "current plans", "archive": "the archive", "all": "all plans"}
"""Which plans the list shows, and the words for them."""
SAVED_SHOWN = 50
MOST_IN_FILE = 50_000
COLUMNS = (
    "plan",
    "tenant",
    "tenant_id",
    "domain",
    "source",
    "destination",
    "state",
    "created_at",
    "created_by",
    "verified_at",
    "moved_at",
    "bytes_copied",
    "archived_at",
)


def plan_list(request: PageRequest) -> HttpResponse:
    """Show the plans, the latest first, filtered by the query."""
    page = cut(_numbers(request), request)
    related = ("source", "destination", "created_by")
    shown = Plan.objects.filter(pk__in=list(page.object_list)).select_related(*related)
    page.object_list = shown.order_by("-pk")
    about = {
        "page": page,
        "states": [(WAITING, "Needs you"), *Plan.State.choices],
        "kinds": SHOWN.items(),
        "saved": SavedMappings.objects.select_related("created_by")[:SAVED_SHOWN],
        "section": "tenants",
    }
    return render(request, "plans/list.html", about)


def plan_list_file(request: PageRequest) -> HttpResponse:
    """Return the plans that the query asks for as a CSV file, at most ``MOST_IN_FILE``."""
    answer = StreamingHttpResponse(
        _lines(_numbers(request)[:MOST_IN_FILE]),
        content_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="pumphouse-plans.csv"'},
    )
    return cast("HttpResponse", answer)


@action_view(Action.PLAN)
def archive_plans(request: PageRequest) -> HttpResponse:
    """Put the ticked plans into the archive, or take them out of it."""
    numbers = [whole_number(text) for text in request.POST.getlist("plan")]
    plans = Plan.objects.filter(pk__in=[number for number in numbers if number])
    takes_out = "out" in request.POST

    def put() -> None:
        if not plans.exists():
            raise BadInput("No plan is ticked.", fix="Tick some of the list first.")
        (take_out if takes_out else archive)(plans)

    done = "Taken out of the archive." if takes_out else "Archived."
    return run_and_redirect(request, put, to="plans", done=done)


@action_view(Action.PLAN)
def save_plan_mappings(request: PageRequest, plan_id: int) -> HttpResponse:
    """Save the mappings and options of a plan by a name."""
    plan = get_object_or_404(Plan, pk=plan_id)
    name = request.POST.get("name", "")
    return run_and_redirect(
        request,
        lambda: save_mappings(plan, name, on_page(request.user)),
        to=plan,
        done=f"Saved as {name}: the form of a new plan offers it.",
    )


@action_view(Action.PLAN)
def delete_mappings(request: PageRequest) -> HttpResponse:
    """Delete saved mappings; plans that were made with them keep theirs."""
    number = whole_number(request.POST.get("saved", "")) or 0
    if not SavedMappings.objects.filter(pk=number).delete()[0]:
        show_error(request, BadInput("These mappings were deleted already."))
    return redirect("plans")


def _numbers(request: PageRequest) -> Sequence[int] | QuerySet[Any, int]:
    """Return the numbers of the plans that the query asks for: state, archive, tenant's name.

    Those that wait are found once, for the number of pages and for the page.
    """
    state, words = request.GET.get("state"), request.GET.get("q", "").strip()
    if state == WAITING:
        found = waiting_plans().filter(tenant_name__icontains=words).order_by()
        down = servers_down().filter(plan__tenant_name__icontains=words).order_by()
        numbers = {*found.values_list("pk", flat=True), *down.values_list("plan", flat=True)}
        return sorted(numbers, reverse=True)
    plans = Plan.objects.filter(state=state) if state else Plan.objects.all()
    kind = request.GET.get("kind", "")
    if kind != "all":
        plans = plans.filter(archived_at__isnull=kind != "archive")
    named = plans.filter(tenant_name__icontains=words) if words else plans
    return named.order_by("-pk").values_list("pk", flat=True)


class _Echo:
    """A file that returns what is written, for a writer of CSV that is streamed."""

    def write(self, line: str) -> str:
        """Return the line."""
        return line


def _lines(numbers: Sequence[int] | QuerySet[Any, int]) -> Iterator[str]:
    writer: Any = csv.writer(_Echo())
    yield writer.writerow(COLUMNS)
    related = ("source", "destination", "created_by")
    plans = Plan.objects.filter(pk__in=numbers).select_related(*related).order_by("-pk")
    for plan in plans.iterator(chunk_size=1000):
        yield writer.writerow([cell(str(value)) for value in _cells(plan)])


def _cells(plan: Plan) -> tuple[object, ...]:
    times = (plan.created_at, plan.verified_at, plan.moved_at, plan.archived_at)
    created, verified, moved, archived = (
        each.isoformat(timespec="seconds") if each else "" for each in times
    )
    by = plan.created_by.get_username() if plan.created_by else ""
    clouds = (plan.source.name, plan.destination.name)
    about = (plan.pk, plan.tenant_name, plan.tenant_id, plan.domain_name, *clouds)
    return (*about, plan.state, created, by, verified, moved, plan.bytes_copied, archived)
