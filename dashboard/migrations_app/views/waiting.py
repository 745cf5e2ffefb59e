"""What waits for an operator besides jobs."""

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from dashboard.errors import WrongState
from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import Plan, PlanDifference, PlanFinding


def blocked_plans() -> QuerySet[Plan]:
    """Return the blocked plans that no newer plan of the same tenant replaces.

    Those of a tenant whose move is final are over, too: its source has been deleted.
    """
    blocks = PlanFinding.objects.filter(plan=OuterRef("pk"), severity=PlanFinding.Severity.BLOCK)
    return _latest_plans().filter(_is_blocked()).annotate(first_block=blocks.values("sentence")[:1])


def differing_plans() -> QuerySet[Plan]:
    """Return the executed plans whose last verify found what nobody expects or has accepted."""
    counted = _unexpected().order_by().values("plan").annotate(n=Count("pk")).values("n")
    return _latest_plans().filter(_differs()).annotate(unexpected=counted)


def dismiss(plan: Plan) -> None:
    """Take a blocked or differing plan from what needs somebody, until its next verify.

    Raises ``WrongState`` for one that does not wait.
    """
    if not waiting_plans().filter(pk=plan.pk).exists():
        raise WrongState(f"Plan {plan.pk} does not wait for anybody.", fix="Reload the page.")
    Plan.objects.filter(pk=plan.pk).update(dismissed_at=timezone.now())


def lost_clouds() -> QuerySet[Cloud]:
    """Return the clouds that could not be reached at their last refresh."""
    return Cloud.objects.filter(state=Cloud.State.UNREACHABLE)


def waiting_plans() -> QuerySet[Plan]:
    """Return the plans that wait: blocked ones, and those that differ."""
    # The states are named once more on their own: an index finds them, but not within an "or".
    states = (Plan.State.BLOCKED, Plan.State.EXECUTED)
    return _latest_plans().filter(_is_blocked() | _differs(), state__in=states)


def waiting_rows() -> list[QuerySet[Any]]:
    """Return queries for the numbers of plans with servers down, of those that wait, and of clouds
    that are lost: each page's header counts them."""
    outages = servers_down().select_related(None).order_by().values("plan").distinct()
    return [outages, waiting_plans().values("pk"), lost_clouds().values("pk")]


def _latest_plans() -> QuerySet[Plan]:
    """Return the plans that no newer plan of the same tenant replaces, and nobody has dismissed."""
    newer = Plan.objects.filter(
        source=OuterRef("source"), tenant_id=OuterRef("tenant_id"), pk__gt=OuterRef("pk")
    )
    return Plan.objects.select_related("source", "destination").filter(
        ~Exists(newer), dismissed_at=None
    )


def _is_blocked() -> Q:
    # read once, and not for each plan: a database need not find those of a tenant by an index
    final = Plan.objects.filter(state=Plan.State.FINALIZED).order_by().values("tenant_id")
    return Q(~Q(tenant_id__in=final), state=Plan.State.BLOCKED)


def _differs() -> Q:
    return Q(Exists(_unexpected()), state=Plan.State.EXECUTED)


def _unexpected() -> QuerySet[PlanDifference]:
    return PlanDifference.objects.filter(plan=OuterRef("pk"), expected=False, acceptance=None)
