"""What waits for an operator besides jobs."""

from django.db.models import Exists, OuterRef, QuerySet

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.outages import count_outages
from dashboard.migrations_app.models import Plan, PlanFinding


def blocked_plans() -> QuerySet[Plan]:
    """Return the blocked plans that no newer plan of the same tenant replaces."""
    newer = Plan.objects.filter(
        source=OuterRef("source"), tenant_id=OuterRef("tenant_id"), pk__gt=OuterRef("pk")
    )
    blocks = PlanFinding.objects.filter(plan=OuterRef("pk"), severity=PlanFinding.Severity.BLOCK)
    return (
        Plan.objects.select_related("source", "destination")
        .filter(~Exists(newer), state=Plan.State.BLOCKED)
        .annotate(first_block=blocks.values("sentence")[:1])
    )


def lost_clouds() -> QuerySet[Cloud]:
    """Return the clouds that could not be reached at their last refresh."""
    return Cloud.objects.filter(state=Cloud.State.UNREACHABLE)


def count_waiting() -> int:
    """Return how many there are, for the header of every page."""
    return count_outages() + blocked_plans().count() + lost_clouds().count()
