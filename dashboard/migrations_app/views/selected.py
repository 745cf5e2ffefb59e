"""Plan, execute and verify the tenants ticked on the list: asked first, told one by one."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.defaultfilters import pluralize
from django.views.decorators.http import require_POST

from dashboard.errors import NotFound, PumphouseError
from dashboard.jobs.confirmation import require_confirmation
from dashboard.jobs.models import Job
from dashboard.jobs.option_forms import OptionForm, posted_values
from dashboard.jobs.requester import Requester, on_page
from dashboard.jobs.starting import conflict_with
from dashboard.jobs.views.pages import PageRequest, require, show_error
from dashboard.migrations_app.forms import PlanForm
from dashboard.migrations_app.models import Plan, PlanItem, Tenant, subject_of
from dashboard.migrations_app.plan_numbers import read_numbers
from dashboard.migrations_app.planning.moves import Move
from dashboard.migrations_app.planning.options import ONLY
from dashboard.migrations_app.verbs.base import PlanVerb
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.verbs.verify import Verify
from dashboard.migrations_app.views.ticked import ticked_tenants

VERBS = {"execute": Execute, "verify": Verify}
CONFIRMED = "confirmed"


@dataclass
class Row:
    """A ticked tenant: what is done with it, why not, and the job once it was started."""

    tenant: Tenant
    plan: Plan | None = None
    words: str = ""
    refusal: PumphouseError | None = None
    job: Job | None = None


Start = Callable[[Row], Job]


@require_POST
def plan_selected(request: PageRequest) -> HttpResponse:
    """Ask how the ticked tenants are to be planned; plan them once that was sent."""
    require(request, PlanMove().permission)
    tenants = ticked_tenants(request)
    if not tenants:
        return _without_ticks(request)
    form = _plan_form(request, tenants[0])
    rows = [Row(tenant, refusal=conflict) for tenant, conflict in _conflicts(tenants)]
    if CONFIRMED not in request.POST or not form.is_valid():
        return _ask(request, PlanMove(), rows, form=form)
    given = form.cleaned_data
    options = {name: value for name, value in form.options.items() if name != ONLY}

    def start(row: Row) -> Job:
        move = Move(tenant=row.tenant, destination=given["destination"], choices=form.mappings)
        return PlanMove().start(move, requester=on_page(request.user), **options)

    return _told(request, PlanMove(), rows, start)


@require_POST
def do_selected(request: PageRequest, verb: str) -> HttpResponse:
    """Show what a verb would do to the latest plan of each ticked tenant; do it when confirmed."""
    chosen = VERBS[verb]()
    require(request, chosen.permission)
    tenants = ticked_tenants(request)
    if not tenants:
        return _without_ticks(request)
    rows = _with_plans(chosen, tenants)
    typed = f"{len(rows)} tenant{pluralize(len(rows))}" if chosen.typed_on_pages else ""
    if CONFIRMED not in request.POST:
        return _ask(request, chosen, rows, to_type=typed)
    try:
        if typed:
            require_confirmation(request.POST.get("confirmation", ""), expected=typed)
    except PumphouseError as error:
        show_error(request, error)
        return _ask(request, chosen, rows, to_type=typed, status=400)
    options = posted_values(chosen.options, request.POST)
    return _told(request, chosen, rows, _starting(chosen, on_page(request.user), options))


def _starting(verb: PlanVerb, requester: Requester, options: Mapping[str, Any]) -> Start:
    def start(row: Row) -> Job:
        if row.plan is None:
            raise without_plan(row.tenant)
        return verb.start(row.plan, requester=requester, **options)

    return start


def _without_ticks(request: PageRequest) -> HttpResponse:
    show_error(request, NotFound("No tenant is ticked.", fix="Tick some of the list first."))
    return redirect("tenants")


def _plan_form(request: PageRequest, tenant: Tenant) -> PlanForm:
    """Return the form of a plan, without the objects of one tenant alone."""
    form = PlanForm(request.POST if CONFIRMED in request.POST else None, tenant=tenant)
    form.fields[ONLY].disabled = True
    form.fields[ONLY].widget = form.fields[ONLY].hidden_widget()
    return form


def _conflicts(tenants: Sequence[Tenant]) -> Iterable[tuple[Tenant, PumphouseError | None]]:
    """Yield each tenant with the error that names the job which is at work on it, if one is."""
    subjects = {subject_of(tenant.project_id) for tenant in tenants}
    active = {job.subject: job for job in Job.objects.filter(active_subject__in=subjects)}
    for tenant in tenants:
        yield tenant, conflict_with(active.get(subject_of(tenant.project_id)))


def _with_plans(verb: PlanVerb, tenants: Sequence[Tenant]) -> list[Row]:
    """Return a row for each tenant with its latest plan and why the verb refuses it, if it does."""
    plans = _latest_plans(tenants)
    halted = _servers_to_halt(plans.values()) if isinstance(verb, Execute) else {}
    found = []
    for tenant, conflict in _conflicts(tenants):
        plan = plans.get((tenant.cloud_id, tenant.project_id))
        row = Row(tenant, plan, refusal=conflict or _refusal(verb, tenant, plan))
        if plan:
            row.words = f"to {plan.destination}"
            if halted:
                number = halted.get(plan.pk, 0)
                row.words += f", {number} server{pluralize(number)} stop{pluralize(number, 's,')}"
        found.append(row)
    return found


def _refusal(verb: PlanVerb, tenant: Tenant, plan: Plan | None) -> PumphouseError | None:
    if plan is None:
        return without_plan(tenant)
    return verb.refusal(plan)


def without_plan(tenant: Tenant) -> NotFound:
    """Return the refusal of a verb for a tenant that nobody has planned."""
    return NotFound(f"{tenant} has no plan.", fix="Plan it first.")


def _latest_plans(tenants: Sequence[Tenant]) -> dict[tuple[int, str], Plan]:
    """Return the latest plan of each tenant, with what refusals look at, in a few queries."""
    numbers = [tenant.plan_id for tenant in tenants if tenant.plan_id]  # type: ignore[attr-defined]
    rows = Plan.objects.filter(pk__in=numbers).select_related("source", "destination")
    plans = {(plan.source_id, plan.tenant_id): plan for plan in rows}
    read_numbers([*plans.values()])
    jobs: dict[str, list[Job]] = {}
    for job in Job.objects.filter(subject__in={plan.subject for plan in plans.values()}):
        jobs.setdefault(job.subject, []).append(job)
    for plan in plans.values():
        plan.jobs_read = jobs.get(plan.subject, [])
    return plans


def _servers_to_halt(plans: Iterable[Plan]) -> dict[int, int]:
    """Return how many servers each plan creates, and so stops in the source."""
    servers = PlanItem.objects.filter(
        plan__in=[plan.pk for plan in plans], type="server", action=PlanItem.Action.CREATE
    )
    counted = servers.order_by().values_list("plan").annotate(number=Count("pk"))
    return dict(counted)


def _ask(
    request: PageRequest,
    verb: PlanMove | PlanVerb,
    rows: Sequence[Row],
    *,
    form: Any = None,
    to_type: str = "",
    status: int = 200,
) -> HttpResponse:
    request.only_asks = CONFIRMED not in request.POST  # type: ignore[attr-defined]
    about = {
        "verb": verb,
        "rows": rows,
        "possible": sum(row.refusal is None for row in rows),
        "servers": sum(row.tenant.servers for row in rows),
        "form": form or OptionForm(verb.name, verb.options),
        "to_type": to_type,
        "section": "tenants",
    }
    return render(request, "tenants/selected.html", about, status=status)


def _told(
    request: PageRequest, verb: PlanMove | PlanVerb, rows: Sequence[Row], start: Start
) -> HttpResponse:
    """Start one job after the other, and show what came of each."""
    for row in rows:
        if row.refusal is None:
            try:
                row.job = start(row)
            except PumphouseError as error:
                row.refusal = error
    started = sum(row.job is not None for row in rows)
    about = {"verb": verb, "rows": rows, "started": started, "section": "tenants"}
    return render(request, "tenants/selected_done.html", about)
