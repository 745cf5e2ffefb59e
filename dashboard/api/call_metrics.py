"""The metrics of the calls to clouds, of all worker processes together."""

from collections import defaultdict
from collections.abc import Iterator
from itertools import accumulate
from typing import TYPE_CHECKING

from django.db.models import Count

from dashboard.clients.call_tally import BOUNDS, CLIENT, LOST, SERVER, CallTally
from dashboard.jobs.call_counts import ENDED, tally_of
from dashboard.jobs.models import CallCount, DataStream
from dashboard.jobs.sweeping import lately

if TYPE_CHECKING:
    from prometheus_client.core import Metric

LABELS = ("cloud", "service")
Key = tuple[str, str]


def calls() -> "Iterator[Metric]":
    """Yield the metrics of calls, by cloud and service; what is so now is of living workers."""
    tallies: defaultdict[Key, CallTally] = defaultdict(CallTally)
    for row in CallCount.objects.all():
        tallies[row.cloud, row.service] += tally_of(row)
    yield _latency(tallies)
    yield from _counters(tallies)
    yield from _now()
    yield _streams()


def _latency(tallies: dict[Key, CallTally]) -> "Metric":
    from prometheus_client.core import HistogramMetricFamily

    name, help_ = "pumphouse_call_seconds", "How long calls to clouds took, until their answer."
    family = HistogramMetricFamily(name, help_, labels=LABELS)
    bounds = [*map(str, BOUNDS), "+Inf"]
    for key, tally in tallies.items():
        buckets = list(zip(bounds, map(float, accumulate(tally.counts)), strict=True))
        family.add_metric(key, buckets=buckets, sum_value=tally.seconds)
    return family


def _counters(tallies: dict[Key, CallTally]) -> "Iterator[Metric]":
    from prometheus_client.core import CounterMetricFamily

    retries = CounterMetricFamily(
        "pumphouse_call_retries", "Calls that were repeated at once.", labels=LABELS
    )
    errors = CounterMetricFamily(
        "pumphouse_call_errors", "Calls that went wrong.", labels=[*LABELS, "kind"]
    )
    for key, tally in tallies.items():
        retries.add_metric(key, tally.retries)
        for kind in (LOST, SERVER, CLIENT):
            errors.add_metric([*key, kind], tally.errors[kind])
    yield from (retries, errors)


def _now() -> "Iterator[Metric]":
    from prometheus_client.core import GaugeMetricFamily

    in_flight = GaugeMetricFamily(
        "pumphouse_calls_in_flight", "Calls that wait for their answer.", labels=LABELS
    )
    limit = GaugeMetricFamily(
        "pumphouse_calls_limit", "Calls that may be in flight now.", labels=LABELS
    )
    sums: defaultdict[Key, list[int]] = defaultdict(lambda: [0, 0])
    for row in CallCount.objects.exclude(worker=ENDED).filter(seen_at__range=lately()):
        found = sums[row.cloud, row.service]
        found[0] += row.in_flight
        found[1] += row.limit
    for key, (flying, most) in sums.items():
        in_flight.add_metric(key, flying)
        limit.add_metric(key, most)
    yield from (in_flight, limit)


def _streams() -> "Metric":
    from prometheus_client.core import GaugeMetricFamily

    name, help_ = "pumphouse_data_streams", "Data streams that pass bytes."
    family = GaugeMetricFamily(name, help_, labels=["source", "destination"])
    passing = DataStream.objects.filter(is_passing=True, seen_at__range=lately()).order_by()
    pairs = passing.values_list("source", "destination").annotate(number=Count("pk"))
    for source, destination, number in pairs:
        family.add_metric([source, destination], number)
    return family
