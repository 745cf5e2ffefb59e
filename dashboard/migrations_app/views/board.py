"""The board of the drain: of each pair of clouds, what is left and what has moved."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import (
    Count,
    Exists,
    F,
    IntegerField,
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
        if row["is_latest"]:
            drain.states[row["state"]] = row["number"]
            drain.verified += row["verified"]
    if found:
        _add_tenants(found.values())
        _add_servers(found)
    return sorted(found.values(), key=lambda drain: -drain.all_tenants)[:SHOWN]


def _plan_counts() -> Iterable[Mapping[str, Any]]:
    """Return how many plans are in each state, those that are the latest of their tenant apart."""
    differs = PlanDifference.objects.filter(plan=OuterRef("pk"), expected=False, acceptance=None)
    # what costs most is asked last, of few
    is_verified = Q(state=State.EXECUTED, verified_at__gte=F("moved_at")) & Q(~Exists(differs))
    later = Plan.objects.filter(
        source=OuterRef("source"), tenant_id=OuterRef("tenant_id"), pk__gt=OuterRef("pk")
    )
    rows: Any = Plan.objects.order_by().annotate(is_latest=~Exists(later))
    counted: Iterable[Mapping[str, Any]] = rows.values(
        "source", "destination", "state", "is_latest"
    ).annotate(
        number=Count("pk"),
        verified=Count("pk", filter=is_verified),
        copied=Sum("bytes_copied"),
    )
    return counted


def _add_tenants(drains_: Iterable[Drain]) -> None:
    """Add the tenants that are still on the sources, and those of them that are to be moved."""
    plans = Plan.objects.filter(source=OuterRef("cloud"), tenant_id=OuterRef("project_id"))
    latest = Subquery(plans.order_by("-pk").values("state")[:1])
    rows = tenants_of_kind("").order_by().annotate(latest=latest).values("cloud", "latest")
    for row in rows.annotate(number=Count("pk"), size=Sum("servers")):
        is_left = row["latest"] not in OVER
        for drain in drains_:
            if drain.source.pk == row["cloud"]:
                drain.tenants += row["number"]
                drain.servers += row["size"] or 0
                drain.tenants_left += row["number"] if is_left else 0
                drain.servers_left += (row["size"] or 0) if is_left else 0


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
