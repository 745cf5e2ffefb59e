"""How many items, findings and ledger entries plans have, of each kind: the database counts."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple, TypeVar

from django.db.models import Count, Min, Q, QuerySet, Value

from dashboard.migrations_app.models import LedgerEntry, Plan, PlanFinding, PlanItem

Kind = TypeVar("Kind")


class ItemKind(NamedTuple):
    """Items that are alike: how many there are, and of how many something is lost."""

    type: str
    action: str
    left_out_by: str
    number: int
    losing: int
    first: int
    """The place of the first of them in the order of the plan."""


class FindingKind(NamedTuple):
    """Findings that are alike, and how many there are."""

    severity: str
    made_by: str
    number: int


class EntryKind(NamedTuple):
    """Entries of the ledger that are alike, and how many there are."""

    type: str
    state: str
    number: int


class PlanNumbers:
    """The numbers of one plan; each kind is counted when it is first asked for.

    ``beside`` are plans that are counted by the same queries.
    """

    def __init__(self, plan: Plan, beside: "CountedPlans | None" = None) -> None:
        self._plan = plan.pk
        self._counted = beside or CountedPlans([plan])

    @property
    def items(self) -> Sequence[ItemKind]:
        """Its items, in the order of the plan."""
        return sorted(self._counted.items[self._plan], key=lambda kind: kind.first)

    @property
    def findings(self) -> Sequence[FindingKind]:
        """Its findings."""
        return self._counted.findings[self._plan]

    @property
    def entries(self) -> Sequence[EntryKind]:
        """Its entries of the ledger."""
        return self._counted.entries[self._plan]


class CountedPlans:
    """The numbers of several plans, by two queries whatever their number."""

    def __init__(self, plans: Iterable[Plan]) -> None:
        self._plans = [plan.pk for plan in plans]

    @cached_property
    def items(self) -> Mapping[int, Sequence[ItemKind]]:
        """The items of each plan."""
        losing = Count("pk", filter=~Q(losses=[]))
        items = self._of_plans(PlanItem.objects.all())
        alike = items.values_list("plan", "type", "action", "left_out_by")
        found = alike.annotate(number=Count("pk"), losing=losing, first=Min("ordinal"))
        return _by_plan((plan, ItemKind(*values)) for plan, *values in found)

    @cached_property
    def findings(self) -> Mapping[int, Sequence[FindingKind]]:
        """The findings of each plan."""
        found = (values for what, *values in self._others if what == "finding")
        return _by_plan((plan, FindingKind(*values)) for plan, *values in found)

    @cached_property
    def entries(self) -> Mapping[int, Sequence[EntryKind]]:
        """The entries of the ledger of each plan."""
        found = (values for what, *values in self._others if what == "entry")
        return _by_plan((plan, EntryKind(*values)) for plan, *values in found)

    @cached_property
    def _others(self) -> Sequence[tuple[Any, ...]]:
        """The numbers of findings and entries: one query, since a page has many."""
        findings = self._of_plans(PlanFinding.objects.all()).annotate(what=Value("finding"))
        entries = self._of_plans(LedgerEntry.objects.all()).annotate(what=Value("entry"))
        number = Count("pk")
        one = findings.values_list("what", "plan", "severity", "made_by").annotate(number=number)
        other = entries.values_list("what", "plan", "type", "state").annotate(number=number)
        return list(one.union(other, all=True))

    def _of_plans(self, rows: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        return rows.filter(plan__in=self._plans).order_by()


def _by_plan(kinds: Iterable[tuple[int, Kind]]) -> Mapping[int, Sequence[Kind]]:
    by_plan: defaultdict[int, list[Kind]] = defaultdict(list)
    for plan, kind in kinds:
        by_plan[plan].append(kind)
    return by_plan


def numbers_of(plan: Plan) -> PlanNumbers:
    """Return the numbers of a plan: those that a page has begun to read, or new ones."""
    read: PlanNumbers | None = plan.numbers_read
    return read or PlanNumbers(plan)


def read_numbers(plans: Sequence[Plan]) -> None:
    """Count the plans together, and each once: for a page, while nothing changes them."""
    counted = CountedPlans(plans)
    for plan in plans:
        plan.numbers_read = PlanNumbers(plan, counted)


def total(kinds: Iterable[ItemKind | FindingKind | EntryKind], **wanted: str) -> int:
    """Return how many rows of these kinds there are whose fields are as wanted."""
    return sum(
        kind.number
        for kind in kinds
        if all(getattr(kind, name) == value for name, value in wanted.items())
    )
