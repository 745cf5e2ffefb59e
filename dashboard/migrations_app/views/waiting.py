"""What waits for an operator besides jobs."""

from django.db.models import Exists, OuterRef, QuerySet

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.models import Plan, PlanFinding


def blocked_plans() -> QuerySet[Plan]:
    """Return the plans that findings block and that no newer plan of the tenant has replaced."""
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
    """Return the clouds that could not be reached when they were last looked at."""
    return Cloud.objects.filter(state=Cloud.State.UNREACHABLE)


def count_waiting() -> int:
    """Count them, for the strip of every page."""
    return blocked_plans().count() + lost_clouds().count()
