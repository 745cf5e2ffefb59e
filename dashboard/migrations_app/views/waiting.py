"""What waits for an operator besides jobs."""

from django.db.models import Count, Exists, OuterRef, QuerySet

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.outages import count_outages
from dashboard.migrations_app.models import Plan, PlanDifference, PlanFinding


def blocked_plans() -> QuerySet[Plan]:
    """Return the blocked plans that no newer plan of the same tenant replaces."""
    blocks = PlanFinding.objects.filter(plan=OuterRef("pk"), severity=PlanFinding.Severity.BLOCK)
    return (
        Plan.objects.select_related("source", "destination")
        .filter(~Exists(_newer_plans()), state=Plan.State.BLOCKED)
        .annotate(first_block=blocks.values("sentence")[:1])
    )


def differing_plans() -> QuerySet[Plan]:
    """Return the executed plans whose last verify found what nobody expects or has accepted."""
    found = PlanDifference.objects.filter(plan=OuterRef("pk"), expected=False, acceptance=None)
    return (
        Plan.objects.select_related("source", "destination")
        .filter(Exists(found), ~Exists(_newer_plans()), state=Plan.State.EXECUTED)
        .annotate(unexpected=found.order_by().values("plan").annotate(n=Count("pk")).values("n"))
    )


def lost_clouds() -> QuerySet[Cloud]:
    """Return the clouds that could not be reached at their last refresh."""
    return Cloud.objects.filter(state=Cloud.State.UNREACHABLE)


def count_waiting() -> int:
    """Return how many there are, for the header of every page."""
    plans = blocked_plans().count() + differing_plans().count()
    return count_outages() + plans + lost_clouds().count()


def _newer_plans() -> QuerySet[Plan]:
    return Plan.objects.filter(
        source=OuterRef("source"), tenant_id=OuterRef("tenant_id"), pk__gt=OuterRef("pk")
    )
