"""What waits for an operator besides jobs."""

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from dashboard.hosts_app.models import Cloud
from dashboard.migrations_app.execution.outages import servers_down
from dashboard.migrations_app.models import Plan, PlanDifference, PlanFinding


def blocked_plans() -> QuerySet[Plan]:
    """Return the blocked plans that no newer plan of the same tenant replaces.

    Those of a tenant whose move is final are over, too: its source has been deleted.
    """
    # read once, and not for each plan: a database need not find those of a tenant by an index
    final = Plan.objects.filter(state=Plan.State.FINALIZED).order_by().values("tenant_id")
    blocks = PlanFinding.objects.filter(plan=OuterRef("pk"), severity=PlanFinding.Severity.BLOCK)
    return (
        Plan.objects.select_related("source", "destination")
        .filter(~Exists(_newer_plans()), ~Q(tenant_id__in=final), state=Plan.State.BLOCKED)
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


def waiting_plans() -> QuerySet[Plan]:
    """Return the plans that wait: blocked ones, and those that differ."""
    blocked, differing = blocked_plans().values("pk"), differing_plans().values("pk")
    return Plan.objects.filter(Q(pk__in=blocked) | Q(pk__in=differing))


def count_waiting() -> int:
    """Return how many there are, for the header of every page, in one query."""
    outages = servers_down().select_related(None).values("plan").distinct()
    plans = [blocked_plans().values("pk"), differing_plans().values("pk")]
    others = [*plans, lost_clouds().values("pk")]
    return outages.order_by().union(*(rows.order_by() for rows in others), all=True).count()


def _newer_plans() -> QuerySet[Plan]:
    return Plan.objects.filter(
        source=OuterRef("source"), tenant_id=OuterRef("tenant_id"), pk__gt=OuterRef("pk")
    )
