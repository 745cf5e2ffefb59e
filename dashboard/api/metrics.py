"""What Prometheus reads at ``/metrics``, with a token as the rest of the API.

Every scrape reads the rows, which are the truth for all processes; workers store there what they
count of their calls.
"""

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from django.db.models import Count, F, Q, QuerySet, Sum
from django.http import HttpResponse
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.views import APIView
from typing_extensions import override

from dashboard.api.call_metrics import calls
from dashboard.hosts_app.models import Host
from dashboard.jobs.kinds import BYTES
from dashboard.jobs.models import Job, Step
from dashboard.jobs.states import ACTIVE_JOB_STATES, JobState, StepState
from dashboard.migrations_app.execution.downtimes import moved_chains
from dashboard.migrations_app.models import LedgerEntry, Plan, Tenant

if TYPE_CHECKING:
    from prometheus_client.core import Metric

DOWNTIME_BUCKETS = (1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0, 14400.0)
"""Upper bounds in seconds."""


class MetricsView(APIView):
    """The metrics, in Prometheus' text format."""

    @override
    def perform_content_negotiation(self, request: Request, force: bool = False) -> Any:
        """Have one format for all that is accepted: Prometheus names types that DRF does not."""
        return super().perform_content_negotiation(request, force=True)

    @extend_schema(exclude=True)
    def get(self, request: Request) -> HttpResponse:
        """Return what all jobs, tenants and hosts are like now."""
        from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest

        registry = CollectorRegistry(auto_describe=False)
        registry.register(Rows())
        return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


class Rows:
    """Collects the metrics from the rows."""

    def collect(self) -> "Iterator[Metric]":
        """Yield each metric with all its labels."""
        active = Step.objects.filter(job__state__in=ACTIVE_JOB_STATES)
        yield _counted("jobs", "Jobs by kind and state.", Job.objects.all(), "kind", "state")
        yield _counted("active_steps", "Steps of active jobs by state.", active, "state")
        yield _counted("plans", "Plans by state.", Plan.objects.all(), "state")
        yield _counted("tenants", "Tenants seen in a cloud.", Tenant.objects.all(), "cloud__name")
        yield _hosts()
        yield from _numbers()
        yield _downtime()
        yield from calls()


def _counted(name: str, help_: str, rows: QuerySet[Any, Any], *fields: str) -> "Metric":
    """Return how many rows have each combination of values; states by their own names."""
    from prometheus_client.core import GaugeMetricFamily

    labels = [field.partition("__")[0] for field in fields]
    family = GaugeMetricFamily(f"pumphouse_{name}", help_, labels=labels)
    counts = rows.order_by().values_list(*fields).annotate(number=Count("pk"))
    for *values, number in counts:
        family.add_metric([str(value) for value in values], number)
    return family


def _hosts() -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    help_, labels = "Compute hosts by cloud and state.", ["cloud", "up", "enabled"]
    family = GaugeMetricFamily("pumphouse_hosts", help_, labels=labels)
    rows = Host.objects.order_by().values_list("cloud__name", "is_up", "is_enabled")
    for cloud, is_up, is_enabled, number in rows.annotate(number=Count("pk")):
        family.add_metric([cloud, str(is_up).lower(), str(is_enabled).lower()], number)
    return family


def _numbers() -> "Iterator[Metric]":
    """Yield what is one number for all."""
    from prometheus_client.core import GaugeMetricFamily

    late = Q(state=StepState.RUNNING, lease_until__lt=timezone.now())
    retries = Step.objects.filter(attempt__gt=1).aggregate(sum=Sum(F("attempt") - 1))["sum"]
    copied = Step.objects.filter(progress_unit=BYTES).aggregate(sum=Sum("progress_done"))["sum"]
    down = LedgerEntry.objects.exclude(down_since=None).count()
    for name, help_, value in (
        ("queued_jobs", "Jobs that wait for a worker.", _in_state(JobState.QUEUED)),
        ("held_jobs", "Jobs that are held.", _in_state(JobState.HELD)),
        ("leases_lost", "Steps whose worker has stopped.", Step.objects.filter(late).count()),
        ("step_retries", "Attempts at steps beside their first.", retries or 0),
        ("copied_bytes", "Bytes that steps have copied.", copied or 0),
        ("servers_down", "Servers that run on neither cloud because of a move.", down),
    ):
        yield GaugeMetricFamily(f"pumphouse_{name}", help_, value=value)


def _in_state(state: JobState) -> int:
    return Job.objects.filter(state=state).count()


def _downtime() -> "Metric":
    """Return for how long servers were down, from their halt until their copies were as they were.

    Of all that have moved and whose jobs there still are.
    """
    from prometheus_client.core import HistogramMetricFamily

    seconds = [*_seconds_down()]
    counts = [0] * (len(DOWNTIME_BUCKETS) + 1)
    for each in seconds:
        counts[bisect_left(DOWNTIME_BUCKETS, each)] += 1
    bounds = [*map(str, DOWNTIME_BUCKETS), "+Inf"]
    buckets = list(zip(bounds, map(float, accumulate(counts)), strict=True))
    family = HistogramMetricFamily(
        "pumphouse_downtime_seconds", "For how long servers were down while they moved."
    )
    family.add_metric([], buckets=buckets, sum_value=sum(seconds))
    return family


def _seconds_down() -> Iterator[float]:
    for halted_at, ended_at in moved_chains(Step.objects.all()).values_list("halted", "ended"):
        yield (ended_at - halted_at).total_seconds()
