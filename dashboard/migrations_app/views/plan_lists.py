"""The lists of a plan, one for each tab of its page, a page of each at a time."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any

from django.core.paginator import Page
from django.db.models import Case, When

from dashboard.jobs.option_forms import OptionForm
from dashboard.jobs.roles import has_permission
from dashboard.jobs.views.pages import PageRequest, cut
from dashboard.migrations_app.execution.accepting import PERMISSION
from dashboard.migrations_app.execution.left_out import all_but
from dashboard.migrations_app.models import Plan, PlanFinding, PlanItem
from dashboard.migrations_app.plan_numbers import ItemKind, numbers_of, total
from dashboard.migrations_app.planning.options import PLAN_OPTIONS, options_of
from dashboard.migrations_app.resources.choices import LEAVE_OUT, choice_of
from dashboard.migrations_app.verbs.plan import PlanMove

ROWS = 100
"""How many objects a page shows: with the longest names, its size stays below 200 kB."""
DIFFERENCES = 50
UNSHOWN = ("fields", "requires", "follows")
"""The fields of items that are long, and that no list shows."""
LOSING = ("type", "source_id", "name", "losses")

URGENCY = (PlanFinding.Severity.BLOCK, PlanFinding.Severity.WARN, PlanFinding.Severity.INFO)
"""The severities of findings, in the order in which they are shown."""


@dataclass(frozen=True)
class ItemGroup:
    """The items of one type on a page; for each action its label and how many of all have it."""

    type: str
    items: list[PlanItem]
    actions: list[tuple[str, str, int]]


@dataclass(frozen=True)
class LossGroup:
    """What is lost by one reason: of how many objects, and of which on this page."""

    type: str
    field: str
    reason: str
    count: int
    objects: list[tuple[str, Any]]


def _items(plan: Plan, request: PageRequest) -> dict[str, Any]:
    kinds = numbers_of(plan).items
    types = list(dict.fromkeys(kind.type for kind in kinds))
    only = {"type": request.GET["type"]} if request.GET.get("type") in types else {}
    listed = plan.items.filter(**only).defer(*UNSHOWN)
    page = cut(listed, request, size=ROWS, count=total(kinds, **only))
    page.object_list = list(page.object_list)
    for item in page:
        chosen = choice_of(plan.choices, item.type, item.source_id, item.name)
        item.is_chosen_out = chosen == LEAVE_OUT
    left_out = all_but(plan)
    # what has been moved stays in; what was left out can still be taken in
    settled = plan.state in (Plan.State.DRAFTING, Plan.State.FINALIZED) or (
        plan.state == Plan.State.EXECUTED and not left_out
    )
    return {
        "page": page,
        "types": types,
        "groups": _item_groups(kinds, page),
        "can_leave_out": not settled and has_permission(request.user, PlanMove().permission),
        "left_out": left_out,
    }


def _item_groups(kinds: Iterable[ItemKind], page: Page[PlanItem]) -> list[ItemGroup]:
    counts: Counter[tuple[str, str]] = Counter()
    for kind in kinds:
        counts[kind.type, kind.action] += kind.number
    labels = PlanItem.Action
    return [
        ItemGroup(
            type_name,
            list(group),
            [
                (action, str(labels(action).label), count)
                for (of, action), count in counts.items()
                if of == type_name
            ],
        )
        for type_name, group in groupby(page, key=attrgetter("type"))
    ]


def _findings(plan: Plan, request: PageRequest) -> dict[str, Any]:
    places = [When(severity=severity, then=place) for place, severity in enumerate(URGENCY)]
    found = plan.findings.order_by(Case(*places), "type", "pk")
    return {"page": cut(found, request, size=ROWS, count=total(numbers_of(plan).findings))}


def _losses(plan: Plan, request: PageRequest) -> dict[str, Any]:
    """Group losses by type, field and reason, so that one row covers many objects."""
    grouped: dict[tuple[str, str, str], list[tuple[str, Any]]] = {}
    losing = plan.items.exclude(losses=[])
    for type_, source_id, name, losses in losing.values_list(*LOSING):
        for loss in losses:
            key = (type_, loss["field"], loss["reason"])
            grouped.setdefault(key, []).append((name or source_id, loss["value"]))
    lines = [(key, each) for key, objects in grouped.items() for each in objects]
    page = cut(lines, request, size=ROWS)
    rows = [
        LossGroup(key[0], key[1], key[2], len(grouped[key]), [each for _, each in group])
        for key, group in groupby(page, key=lambda line: line[0])
    ]
    return {"page": page, "losses": rows}


def _choices(plan: Plan, request: PageRequest) -> dict[str, Any]:
    """Return a row for each choice and each object found on the destination."""
    there = (PlanItem.Action.ADOPT, PlanItem.Action.MAP)
    found = plan.items.filter(action__in=there).defer(*UNSHOWN)
    rows: dict[str, tuple[str, PlanItem | None]] = {
        f"{item.type}:{item.title}": ("", item) for item in found
    }
    for key, target in plan.choices.items():
        rows[key] = (target, rows.get(key, ("", None))[1])
    option_form = OptionForm("plan", PLAN_OPTIONS, initial=options_of(plan))
    for option in option_form.fields.values():
        option.disabled = not has_permission(request.user, PlanMove().permission)
    lines = [(key, target, item) for key, (target, item) in rows.items()]
    return {
        "page": cut(lines, request, size=ROWS),
        "blank_rows": range(3),
        "options": option_form,
    }


def _differences(plan: Plan, request: PageRequest) -> dict[str, Any]:
    found = plan.differences.select_related("acceptance")
    page = cut(found, request, size=DIFFERENCES, count=plan.differences_read)
    page.object_list = list(page.object_list)
    may_change = has_permission(request.user, PERMISSION) and plan.state != Plan.State.FINALIZED
    accepted = [row.acceptance is not None for row in page if not row.expected]
    return {
        "page": page,
        "may_accept": may_change and not all(accepted),
        "may_withdraw": may_change and any(accepted),
    }


def _ledger(plan: Plan, request: PageRequest) -> dict[str, Any]:
    entries = plan.ledger_entries.defer("stage_data")
    return {"page": cut(entries, request, size=ROWS, count=total(numbers_of(plan).entries))}


def _servers(plan: Plan, request: PageRequest) -> dict[str, Any]:
    return {"kept_query": request.GET.urlencode()}  # the rows are a part that is read by itself


TAB_CONTENT = {
    "servers": _servers,
    "items": _items,
    "findings": _findings,
    "losses": _losses,
    "choices": _choices,
    "differences": _differences,
    "ledger": _ledger,
}
"""What the template of each tab shows, by the tab's name."""
