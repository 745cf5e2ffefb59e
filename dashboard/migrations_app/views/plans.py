"""The page of a plan with its tabs, and planning again with other choices."""

from collections import Counter
from itertools import groupby
from typing import Any

from django.db.models import Case, IntegerField, Value, When
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.errors import PumphouseError
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.operating import is_resumable
from dashboard.jobs.option_forms import OptionForm, posted_values
from dashboard.jobs.progress import job_progress
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action, has_permission
from dashboard.jobs.starting import conflict_with
from dashboard.jobs.views.pages import PageRequest, action_view, cut, show_error
from dashboard.jobs.views.verb_pages import available_actions
from dashboard.migrations_app.execution.accepting import PERMISSION, accept
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.execution.maintenance_steps import on_destination, on_source
from dashboard.migrations_app.execution.outages import outages_of
from dashboard.migrations_app.execution.verify import count_unexpected, unexpected
from dashboard.migrations_app.models import Plan, PlanFinding, PlanItem, plan_of
from dashboard.migrations_app.planning.moves import Move, choice_of, move_again
from dashboard.migrations_app.planning.options import ONLY, PLAN_OPTIONS, options_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT
from dashboard.migrations_app.verbs.base import plan_verbs
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.views.plan_progress import (
    changing_job,
    jobs_of,
    plan_progress,
    read_lists,
)
from dashboard.whole_numbers import whole_number

LEDGER_ROWS = 200

URGENCY = Case(
    When(severity=PlanFinding.Severity.BLOCK, then=Value(0)),
    When(severity=PlanFinding.Severity.WARN, then=Value(1)),
    default=Value(2),
    output_field=IntegerField(),
)


def plan_page(request: PageRequest, plan_id: int, tab: str = "items") -> HttpResponse:
    """Show one plan: its progress, its verbs, and one of its lists."""
    plan = plan_or_404(plan_id)
    read_lists(plan)
    active = Job.objects.filter(active_subject=plan.subject).first()
    jobs = list(jobs_of(plan))
    changing = changing_job(jobs)
    shown = active or (changing if is_resumable(changing) else None)
    move = _again(plan)
    about = {
        "plan": plan,
        "is_on_source": isinstance(move, Move),
        # why the tenant cannot be planned again now
        "refusal": conflict_with(active) or _refusal(move),
        "progress_steps": plan_progress(plan, jobs),
        "actions": available_actions(plan_verbs(), plan, request.user, active=active),
        "active_job": active,
        "changing_job": changing,
        "job": shown,
        "continuing": permission_for(shown.kind) if shown else "",
        "outages": outages_of(plan.subject),
        "maintenances": [held for held in (on_source(plan), on_destination(plan)) if held],
        "progress": job_progress(shown) if shown else None,
        "blocks": [
            finding
            for finding in plan.findings.all()
            if finding.severity == PlanFinding.Severity.BLOCK
        ],
        "has_nothing_to_do": has_nothing_to_do(plan),
        "counts": _counts(plan),
        "tab": tab,
        "section": "tenants",
    }
    return render(request, "plans/plan.html", {**about, **_TAB_CONTENT[tab](plan, request)})


@action_view(Action.PLAN)
def plan_again(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one with the mappings and options of the form.

    A plan is frozen once it is drafted: other choices are another plan.
    """
    plan = plan_or_404(plan_id)
    pairs = zip(_texts(request, "key"), _texts(request, "target"), strict=False)
    choices = {key: to for key, to in pairs if key and to}
    return _start_again(plan, choices, _options(plan, request), request, tab="choices")


@action_view(Action.PLAN)
def leave_out(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one that leaves out the objects ticked, and no others."""
    plan = plan_or_404(plan_id)
    choices = {key: to for key, to in plan.choices.items() if to != LEAVE_OUT}
    choices |= dict.fromkeys(_texts(request, "ticked"), LEAVE_OUT)
    return _start_again(plan, choices, options_of(plan), request, tab="items")


@action_view(Action.PLAN)
def choose(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one that moves the objects ticked, and what they need.

    Without any it moves the whole tenant.
    """
    plan = plan_or_404(plan_id)
    choices = {key: to for key, to in plan.choices.items() if to != LEAVE_OUT}
    options = {**options_of(plan), ONLY: _texts(request, "ticked")}
    return _start_again(plan, choices, options, request, tab="items")


@action_view(PERMISSION)
def accept_differences(request: PageRequest, plan_id: int) -> HttpResponse:
    """Accept the differences ticked, with the reason of the form."""
    plan = plan_or_404(plan_id)
    ticked = [*filter(None, map(whole_number, _texts(request, "difference")))]
    found = plan.differences.select_related("plan", "job", "acceptance").filter(pk__in=ticked)
    reason = request.POST.get("reason", "")
    try:
        accept(list(found), reason=reason, requester=on_page(request.user))
    except PumphouseError as error:
        show_error(request, error)
    return redirect("plan-tab", plan.pk, "differences")


def _start_again(
    plan: Plan, choices: dict[str, str], options: dict[str, Any], request: PageRequest, *, tab: str
) -> HttpResponse:
    try:
        move = move_again(plan, choices)
        job = PlanMove().start(move, requester=on_page(request.user), **options)
    except PumphouseError as error:
        show_error(request, error)
        return redirect("plan-tab", plan.pk, tab)
    return redirect(plan_of(job))


def _again(plan: Plan) -> Move | PumphouseError:
    """Return the plan's move without its choices, or why its tenant is not known any more."""
    try:
        return move_again(plan, {})
    except PumphouseError as error:
        return error


def _refusal(move: Move | PumphouseError) -> PumphouseError | None:
    return PlanMove().refusal(move) if isinstance(move, Move) else move


def _options(plan: Plan, request: PageRequest) -> dict[str, Any]:
    posted = posted_values(PLAN_OPTIONS, request.POST)
    return options_of(plan) | {name: value for name, value in posted.items() if value is not None}


def _texts(request: PageRequest, name: str) -> list[str]:
    return [text.strip() for text in request.POST.getlist(name)]


def has_nothing_to_do(plan: Plan) -> bool:
    """Return whether a plan that is ready would create nothing: all of it was moved before."""
    actions = {item.action for item in plan.items.all()}
    return (
        plan.state == Plan.State.READY and bool(actions) and PlanItem.Action.CREATE not in actions
    )


def plan_or_404(plan_id: int) -> Plan:
    """Return a plan with its clouds, or respond with 404."""
    plans = Plan.objects.select_related("source", "destination", "created_by")
    return get_object_or_404(plans, pk=plan_id)


def _counts(plan: Plan) -> dict[str, int]:
    return {
        "items": plan.items.count(),
        "findings": plan.findings.count(),
        "losses": sum(bool(item.losses) for item in plan.items.all()),
        "choices": len(plan.choices),
        "differences": count_unexpected(plan),
        "ledger": plan.ledger_entries.count(),
    }


def _items(plan: Plan, request: PageRequest) -> dict[str, Any]:
    items = list(plan.items.all())
    for item in items:
        chosen = choice_of(plan.choices, item.type, item.source_id, item.name)
        item.is_chosen_out = chosen == LEAVE_OUT  # type: ignore[attr-defined]
    by_type = groupby(items, key=lambda item: item.type)
    left_out = all_but(plan)
    # what has been moved stays in; what was left out can still be taken in
    settled = plan.state in (Plan.State.DRAFTING, Plan.State.FINALIZED) or (
        plan.state == Plan.State.EXECUTED and not left_out
    )
    return {
        "groups": [_group(type_name, list(group)) for type_name, group in by_type],
        "can_leave_out": not settled and has_permission(request.user, PlanMove().permission),
        "left_out": left_out,
    }


def _group(type_name: str, items: list[PlanItem]) -> tuple[str, list[PlanItem], list[Any]]:
    """Return a type, its items, and for each action its label and how many items have it."""
    counts = Counter(item.action for item in items)
    labels = PlanItem.Action
    return type_name, items, [(each, labels(each).label, n) for each, n in counts.items()]


def _findings(plan: Plan, request: PageRequest) -> dict[str, Any]:
    return {"findings": plan.findings.annotate(urgency=URGENCY).order_by("urgency", "type", "id")}


def _losses(plan: Plan, request: PageRequest) -> dict[str, Any]:
    """Group losses by type, field and reason, so that one row covers many objects."""
    grouped: dict[tuple[str, str, str], list[tuple[PlanItem, Any]]] = {}
    for item in plan.items.all():
        for loss in item.losses:
            key = (item.type, loss["field"], loss["reason"])
            grouped.setdefault(key, []).append((item, loss["value"]))
    return {"losses": grouped.items()}


def _choices(plan: Plan, request: PageRequest) -> dict[str, Any]:
    """Return a row for each choice and each object found on the destination."""
    found = plan.items.filter(action__in=(PlanItem.Action.ADOPT, PlanItem.Action.MAP))
    rows: dict[str, tuple[str, PlanItem | None]] = {
        f"{item.type}:{item.title}": ("", item) for item in found
    }
    for key, target in plan.choices.items():
        rows[key] = (target, rows.get(key, ("", None))[1])
    option_form = OptionForm("plan", PLAN_OPTIONS, initial=options_of(plan))
    for field in option_form.fields.values():
        field.disabled = not has_permission(request.user, PlanMove().permission)
    return {
        "rows": [(key, target, item) for key, (target, item) in rows.items()],
        "blank_rows": range(3),
        "options": option_form,
    }


def _differences(plan: Plan, request: PageRequest) -> dict[str, Any]:
    found = plan.differences.select_related("acceptance")
    may_accept = has_permission(request.user, PERMISSION) and unexpected(plan).exists()
    return {"page": cut(found, request, size=LEDGER_ROWS), "may_accept": may_accept}


def _ledger(plan: Plan, request: PageRequest) -> dict[str, Any]:
    return {"page": cut(plan.ledger_entries.all(), request, size=LEDGER_ROWS)}


_TAB_CONTENT = {
    "items": _items,
    "findings": _findings,
    "losses": _losses,
    "choices": _choices,
    "differences": _differences,
    "ledger": _ledger,
}
