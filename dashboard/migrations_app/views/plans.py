"""The page of a plan with its tabs, and planning again with other choices."""

from collections.abc import Callable
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from dashboard.errors import PumphouseError
from dashboard.jobs.kinds import permission_for
from dashboard.jobs.models import Job
from dashboard.jobs.operating import is_resumable
from dashboard.jobs.option_forms import posted_values
from dashboard.jobs.progress import job_progress
from dashboard.jobs.requester import on_page
from dashboard.jobs.roles import Action
from dashboard.jobs.starting import conflict_with
from dashboard.jobs.views.pages import PageRequest, action_view, run_and_redirect, show_error
from dashboard.jobs.views.verb_pages import available_actions
from dashboard.migrations_app.execution.accepting import PERMISSION, accept, withdraw
from dashboard.migrations_app.execution.maintenance_steps import maintenances_of
from dashboard.migrations_app.execution.outages import outages_of
from dashboard.migrations_app.execution.verify import count_unexpected
from dashboard.migrations_app.models import (
    Plan,
    PlanDifference,
    PlanFinding,
    PlanItem,
    plan_of,
)
from dashboard.migrations_app.plan_numbers import numbers_of, total
from dashboard.migrations_app.planning.moves import Move, move_again
from dashboard.migrations_app.planning.options import ONLY, PLAN_OPTIONS, options_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT
from dashboard.migrations_app.stretch.work import open_stretches, stretch_subject
from dashboard.migrations_app.verbs.base import plan_verbs
from dashboard.migrations_app.verbs.plan import PlanMove
from dashboard.migrations_app.views.plan_lists import TAB_CONTENT
from dashboard.migrations_app.views.plan_progress import (
    changing_job,
    plan_progress,
    read_plan,
)
from dashboard.migrations_app.views.waiting import dismiss
from dashboard.whole_numbers import whole_number

BLOCKS_SHOWN = 10
"""How many findings that block stand above the tabs; their tab has all."""


def plan_page(request: PageRequest, plan_id: int, tab: str = "") -> HttpResponse:
    """Show one plan: its progress, its verbs, and one of its lists.

    Without a tab, it shows its servers, if it has any, else all objects.
    """
    plan = plan_or_404(plan_id)
    about_tenant = list(Job.objects.filter(subject__in=(plan.subject, stretch_subject(plan))))
    of_tenant = [job for job in about_tenant if job.subject == plan.subject]
    read_plan(plan, of_tenant)
    at_work = {job.subject: job for job in about_tenant if job.active_subject}
    active = at_work.get(plan.subject)
    jobs = [job for job in of_tenant if job.params.get("plan") == plan.pk]
    changing = changing_job(jobs)
    shown = active or (changing if is_resumable(changing) else None)
    counts = _counts(plan)
    tab = tab or ("servers" if counts["servers"] else "items")
    about = {
        "plan": plan,
        **_planning_again(plan, active),
        "progress_steps": plan_progress(plan, jobs),
        "actions": available_actions(
            plan_verbs(), plan, request.user, active=active, beside=at_work
        ),
        "active_job": active,
        "changing_job": changing,
        "job": shown,
        "continuing": permission_for(shown.kind) if shown else "",
        "outages": outages_of(plan.subject, of_tenant),
        "maintenances": maintenances_of(plan),
        "stretches": open_stretches(plan),
        "progress": job_progress(shown) if shown else None,
        **_blocks(plan),
        "has_nothing_to_do": has_nothing_to_do(plan),
        "counts": counts,
        "tab": tab,
        "section": "tenants",
    }
    return render(request, "plans/plan.html", {**about, **TAB_CONTENT[tab](plan, request)})


def _planning_again(plan: Plan, active: Job | None) -> dict[str, Any]:
    """Return whether the tenant is on its source, and why it cannot be planned again now."""
    move = _again(plan)
    refusal = conflict_with(active) or _refusal(move)
    return {"is_on_source": isinstance(move, Move), "refusal": refusal}


def _blocks(plan: Plan) -> dict[str, Any]:
    """Return the findings that stand above the tabs, and how many more there are."""
    blocking = PlanFinding.Severity.BLOCK
    number = total(numbers_of(plan).findings, severity=blocking)
    blocks = plan.findings.filter(severity=blocking)[:BLOCKS_SHOWN] if number else ()
    return {"blocks": blocks, "more_blocks": max(0, number - BLOCKS_SHOWN)}


@action_view(Action.OPERATE)
def dismiss_plan(request: PageRequest, plan_id: int) -> HttpResponse:
    """Take a blocked or differing plan from what needs somebody."""
    plan = plan_or_404(plan_id)
    done = f"Dismissed: {plan}."
    return run_and_redirect(request, lambda: dismiss(plan), to="home", done=done)


@action_view(Action.PLAN)
def plan_again(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one with the mappings and options of the form.

    A plan is frozen once it is drafted: other choices are another plan. Those that the form does
    not show, since they are on other pages of the list, stay as they are.
    """
    plan = plan_or_404(plan_id)
    chosen = dict(zip(_texts(request, "key"), _texts(request, "target"), strict=False))
    choices = {key: to for key, to in (plan.choices | chosen).items() if key and to}
    return _start_again(plan, choices, _options(plan, request), request, tab="choices")


@action_view(Action.PLAN)
def leave_out(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one that leaves out the objects ticked, and no others of those
    that the form shows."""
    plan = plan_or_404(plan_id)
    shown = _keys_of(plan, set(_texts(request, "shown")))
    choices = {key: to for key, to in plan.choices.items() if to != LEAVE_OUT or key not in shown}
    choices |= dict.fromkeys(_texts(request, "ticked"), LEAVE_OUT)
    return _start_again(plan, choices, options_of(plan), request, tab="items")


@action_view(Action.PLAN)
def choose(request: PageRequest, plan_id: int) -> HttpResponse:
    """Make a new plan from this one that moves the objects ticked, and what they need.

    What an earlier choice moves and the form does not show is moved as well. Without any object it
    moves the whole tenant.
    """
    plan = plan_or_404(plan_id)
    shown, options = _keys_of(plan, set(_texts(request, "shown"))), options_of(plan)
    choices = {key: to for key, to in plan.choices.items() if to != LEAVE_OUT}
    others = [key for key in options[ONLY] if key not in shown]
    options = {**options, ONLY: [*others, *_texts(request, "ticked")]}
    return _start_again(plan, choices, options, request, tab="items")


def _keys_of(plan: Plan, shown: set[str]) -> set[str]:
    """Return the keys by which choices name the shown items: by their ids, and by their names."""
    named = plan.items.values_list("type", "source_id", "name")
    return shown | {f"{type_}:{name}" for type_, id_, name in named if f"{type_}:{id_}" in shown}


@action_view(PERMISSION)
def accept_differences(request: PageRequest, plan_id: int) -> HttpResponse:
    """Accept the differences ticked, with the reason of the form."""
    reason, requester = request.POST.get("reason", ""), on_page(request.user)
    return _change_ticked(
        request, plan_id, lambda ticked: accept(ticked, reason=reason, requester=requester)
    )


@action_view(PERMISSION)
def withdraw_acceptances(request: PageRequest, plan_id: int) -> HttpResponse:
    """Withdraw that the differences ticked were accepted."""
    requester = on_page(request.user)
    return _change_ticked(request, plan_id, lambda ticked: withdraw(ticked, requester=requester))


def _change_ticked(
    request: PageRequest, plan_id: int, change: Callable[[list[PlanDifference]], Any]
) -> HttpResponse:
    """Change the differences ticked, and return to their list, which shows what is wrong."""
    plan = plan_or_404(plan_id)
    ticked = [*filter(None, map(whole_number, _texts(request, "difference")))]
    found = plan.differences.select_related("plan", "job", "acceptance").filter(pk__in=ticked)
    try:
        change(list(found))
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
    actions = {kind.action for kind in numbers_of(plan).items}
    return (
        plan.state == Plan.State.READY and bool(actions) and PlanItem.Action.CREATE not in actions
    )


def plan_or_404(plan_id: int) -> Plan:
    """Return a plan with its clouds, or respond with 404."""
    plans = Plan.objects.select_related("source", "destination", "created_by")
    return get_object_or_404(plans, pk=plan_id)


def _counts(plan: Plan) -> dict[str, int]:
    numbers = numbers_of(plan)
    return {
        "servers": total(numbers.items, type="server"),
        "items": total(numbers.items),
        "findings": total(numbers.findings),
        "losses": sum(kind.losing for kind in numbers.items),
        "choices": len(plan.choices),
        "differences": count_unexpected(plan),
        "ledger": total(numbers.entries),
    }
