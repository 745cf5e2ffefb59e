"""The board of the drain: of each pair of clouds, what is left and what has moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
    Max,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from dashboard.hosts_app.models import Cloud, Host, HostPlan
from dashboard.jobs.states import JobState
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanDifference
from dashboard.migrations_app.views.tenants import tenants_of_kind

State = Plan.State
OVER = (State.EXECUTED, State.FINALIZED)
SHOWN = 6
"""How many pairs of clouds are shown: one is usual."""


@dataclass
class Drain:
    """How far the drain of one cloud into another is, in tenants, servers, bytes and hosts."""

    source: Cloud
    destination: Cloud
    states: dict[str, int] = field(default_factory=dict)
    verified: int = 0
    tenants: int = 0
    servers: int = 0
    tenants_left: int = 0
    servers_left: int = 0
    servers_moved: int = 0
    bytes_copied: int = 0

    @property
    def moved(self) -> int:
        """How many tenants have been moved, finalized or not."""
        return self.states.get(State.EXECUTED, 0) + self.finalized

    @property
    def finalized(self) -> int:
        """How many tenants are finalized."""
        return self.states.get(State.FINALIZED, 0)

    @property
    def planned(self) -> int:
        """How many tenants have a plan that can be executed."""
        return self.states.get(State.READY, 0)

    @property
    def all_tenants(self) -> int:
        """How many tenants there are to move: those left, and those moved."""
        return self.tenants_left + self.moved


def clouds_with_hosts() -> list[Cloud]:
    """Return all clouds, each with its number of hosts, and of those that were taken from it."""
    hosts = Host.objects.filter(cloud=OuterRef("pk"))
    taken = HostPlan.objects.filter(
        cloud=OuterRef("pk"), action__startswith="reassign", job__state=JobState.DONE
    )
    annotated = Cloud.objects.annotate(host_number=_count(hosts), hosts_taken=_count(taken))
    return list(annotated)


def drains(clouds: Sequence[Cloud]) -> list[Drain]:
    """Return the drains between clouds that plans are about, those with most to do first."""
    by_pk = {cloud.pk: cloud for cloud in clouds}
    found: dict[tuple[int, int], Drain] = {}
    for row in _plan_counts():
        key = row["source"], row["destination"]
        drain = found.setdefault(key, Drain(by_pk[key[0]], by_pk[key[1]]))
        drain.bytes_copied += row["copied"] or 0
        if row["tenants"]:
            drain.states[row["state"]] = row["tenants"]
            drain.verified += row["verified"]
    if found:
        _add_tenants(found.values())
        _add_servers(found)
    return sorted(found.values(), key=lambda drain: -drain.all_tenants)[:SHOWN]


def _plan_counts() -> Iterable[Mapping[str, Any]]:
    """Return how many tenants have a latest plan in each state, and what all plans copied."""
    is_latest = Q(pk__in=_latest())
    differs = PlanDifference.objects.filter(plan=OuterRef("pk"), expected=False, acceptance=None)
    is_verified = Q(~Exists(differs), state=State.EXECUTED, verified_at__gte=F("moved_at"))
    rows: Any = Plan.objects.order_by().values("source", "destination", "state")
    counted: Iterable[Mapping[str, Any]] = rows.annotate(
        tenants=Count("pk", filter=is_latest),
        verified=Count("pk", filter=is_latest & is_verified),
        copied=Sum("bytes_copied"),
    )
    return counted


def _latest() -> QuerySet[Any]:
    return (
        Plan.objects.order_by().values("source", "tenant_id").annotate(pk_=Max("pk")).values("pk_")
    )


def _add_tenants(drains_: Iterable[Drain]) -> None:
    """Add the tenants that are still on the sources, and those of them that are to be moved."""
    over = Plan.objects.filter(pk__in=_latest(), state__in=OVER).order_by().values("tenant_id")
    is_left = ~Q(project_id__in=over)
    rows = tenants_of_kind("").order_by().values("cloud")
    counted = rows.annotate(
        tenants=Count("pk"),
        all_servers=Sum("servers"),
        left=Count("pk", filter=is_left),
        servers_left=Sum("servers", filter=is_left),
    )
    of: dict[int, Mapping[str, Any]] = {row["cloud"]: row for row in counted}
    for drain in drains_:
        row = of.get(drain.source.pk, {})
        drain.tenants, drain.servers = row.get("tenants", 0), row.get("all_servers") or 0
        drain.tenants_left = row.get("left", 0)
        drain.servers_left = row.get("servers_left") or 0


def _add_servers(found: dict[tuple[int, int], Drain]) -> None:
    """Add the servers that have been created on the destinations."""
    clouds = [{drain.source.pk for drain in found.values()}]
    clouds.append({drain.destination.pk for drain in found.values()})
    entries = LedgerEntry.objects.filter(
        source_cloud__in=clouds[0],
        destination_cloud__in=clouds[1],
        type="server",
        state=LedgerEntry.State.PRESENT,
    )
    pairs = entries.order_by().values_list("source_cloud", "destination_cloud")
    for source, destination, number in pairs.annotate(number=Count("pk")):
        if drain := found.get((source, destination)):
            drain.servers_moved = number


def _count(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("cloud").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0, output_field=IntegerField())
