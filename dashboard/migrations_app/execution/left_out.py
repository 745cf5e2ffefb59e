"""What was left out of a plan: how many objects, by whom, and what the source keeps with them."""

from collections.abc import Collection, Iterable, Mapping

from django.db.models import Count, QuerySet

from dashboard.migrations_app import ledger
from dashboard.migrations_app.execution.work import record_of
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanItem
from dashboard.migrations_app.plan_numbers import total
from dashboard.migrations_app.resources.records import CREATE, MIGRATED, SKIP, LeftOut, Ref
from dashboard.migrations_app.resources.registry import resource_type

Key = tuple[str, str]

PRESENCE = "presence"
"""The field of the difference of an object that one of the clouds does not have."""


def items_left_out(plan: Plan) -> QuerySet[PlanItem]:
    """Return the objects that were left out of the plan."""
    return plan.items.exclude(left_out_by="")


def all_but(plan: Plan, *, before: str = "", otherwise: str = "") -> str:
    """Return "all but N, left out by NAME", or the other words if nothing was left out.

    ``before`` stands before the former only.
    """
    numbers = numbers_left_out(plan)
    return before + words_of(numbers) if numbers else otherwise


def words_of(numbers: Mapping[str, int]) -> str:
    """Return "all but N, left out by NAME"."""
    return f"all but {sum(numbers.values())}, left out by {' and '.join(sorted(numbers))}"


def numbers_left_out(plan: Plan) -> Mapping[str, int]:
    """Return how many objects were left out, by who did so; by no query where they are counted."""
    if plan.numbers_read is None:
        left_out = items_left_out(plan).order_by().values_list("left_out_by")
        return dict(left_out.annotate(number=Count("pk")))
    kinds = plan.numbers_read.items
    names = {kind.left_out_by for kind in kinds if kind.left_out_by}
    return {name: total(kinds, left_out_by=name) for name in names}


def left_out_of(plan: Plan) -> LeftOut:
    """Return what is left out of the plan."""
    items = items_left_out(plan)
    return LeftOut(
        {item.key: (resource_type(item.type).called(item.title), record_of(item)) for item in items}
    )


def present_in(plan: Plan) -> set[Key]:
    """Return the types and ids of the plan's objects that the destination has."""
    return {
        key
        for key, entry in ledger.entries_of(plan).items()
        if entry.state == LedgerEntry.State.PRESENT
    }


def kept_in_source(plan: Plan) -> set[Key]:
    """Return the types and ids of what finalizing must not delete.

    That is what has no copy, because it was left out or for any other reason, what it needs in the
    source, and what serves these. A copy that the last verify missed is none, whoever accepted it.
    """
    items = {item.key: item for item in plan.items.all()}
    present = present_in(plan)
    present -= {*plan.differences.filter(field=PRESENCE).values_list("type", "source_id")}
    staying = [key for key, item in items.items() if _stays(item, is_present=key in present)]
    kept: set[Key] = set()
    while staying:
        _keep(staying, items, kept)
        staying = [key for key, item in items.items() if key not in kept and _serves(item, kept)]
    return kept


def _stays(item: PlanItem, *, is_present: bool) -> bool:
    if item.action == SKIP and resource_type(item.type).is_kept_unmoved:
        return True
    is_moved = item.action in (CREATE, MIGRATED)
    return bool(item.left_out_by) or (is_moved and not is_present)


def _keep(keys: Iterable[Key], items: dict[Key, PlanItem], kept: set[Key]) -> None:
    """Add these objects and, over all that they need, what they need."""
    waiting = list(keys)
    while waiting:
        key = waiting.pop()
        if key in items and key not in kept:
            kept.add(key)
            waiting += [(ref.type, ref.id) for ref in _needed(items[key])]


def _needed(item: PlanItem) -> Iterable[Ref]:
    required = [Ref(*ref) for refs in item.requires.values() for ref in refs]
    return resource_type(item.type).kept_with(record_of(item), required)


def _serves(item: PlanItem, kept: Collection[Key]) -> bool:
    return resource_type(item.type).serves(record_of(item), kept)
