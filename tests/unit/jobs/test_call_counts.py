"""What worker processes count of their calls is stored now and then, and outlives them."""

import os
from contextlib import ExitStack
from datetime import timedelta

import pytest
from django.utils import timezone

from dashboard.clients.call_limits import MOST, CallLimits
from dashboard.jobs import this_process
from dashboard.jobs.call_counts import CallCounts, _end, forget_dead_workers
from dashboard.jobs.models import CallCount

pytestmark = pytest.mark.django_db(transaction=True)


class Process:
    """A worker process: its limits, and what it stores."""

    def __init__(self) -> None:
        self.limits = CallLimits()
        self.counts = CallCounts(self.limits)

    def call(self, status: int = 200, *, service: str = "network") -> None:
        with self.limits.of("old", service).call("GET ports") as outcome:
            outcome.status = status


def age(*rows: CallCount) -> None:
    long_ago = timezone.now() - timedelta(seconds=61)
    CallCount.objects.filter(pk__in=[row.pk for row in rows]).update(seen_at=long_ago)


def test_what_was_counted_is_stored_by_service_with_errors_and_calls_in_flight():
    process = Process()
    for status in (200, 404, 409, 500, 503):
        process.call(status)
    process.call(service="compute")
    process.limits.of("old", "network").count_retry()
    with pytest.raises(TimeoutError), process.limits.of("old", "network").call("GET ports"):
        raise TimeoutError
    with ExitStack() as stack:
        stack.enter_context(process.limits.of("old", "network").call("GET ports"))
        limit = process.limits.of("old", "network").limit
        process.counts.store()
    row = CallCount.objects.get(cloud="old", service="network")
    assert row.errors == {"client": 1, "server": 2, "lost": 1}
    assert (sum(row.counts), row.retries, row.in_flight) == (6, 1, 1)
    assert row.limit == limit
    assert sum(CallCount.objects.get(service="compute").counts) == 1


def test_a_call_writes_nothing_and_only_what_changed_is_stored(django_assert_num_queries):
    process = Process()
    with django_assert_num_queries(0):
        process.call()
        process.call(service="compute")
    process.counts.store()
    process.call()
    with django_assert_num_queries(3):  # one service, that the process lives, and who else does
        process.counts.store()


def test_workers_share_what_an_operator_allows_until_one_has_ended():
    first, second = Process(), Process()
    for process in (first, second):
        process.limits.allow("old", {"network": 7, "compute": 1})
        process.call()
        process.call(service="compute")
        this_process._names.clear()  # another process
        process.counts.store()
    first_row = CallCount.objects.filter(service="network").first()
    assert most_of(second) == {"network": 3, "compute": 1}
    age(first_row)
    second.counts.store()
    assert most_of(second) == {"network": 7, "compute": 1}
    second.limits.allow("old", {})
    assert most_of(second) == {"network": MOST, "compute": MOST}


def most_of(process: Process) -> dict[str, int]:
    """Return how many calls a process may have in flight at most, by service."""
    return {service: limit._most for (_, service), limit in process.limits.all().items()}


def test_a_dead_worker_vanishes_and_what_it_counted_does_not():
    dead, living = Process(), Process()
    for process in (dead, living):
        process.call(500)
        this_process._names.clear()  # another process
        process.counts.store()
    age(CallCount.objects.first())
    forget_dead_workers()
    kept = CallCount.objects.get(worker="")
    assert (sum(kept.counts), kept.errors) == (1, {"server": 1})
    assert CallCount.objects.exclude(worker="").count() == 1
    age(CallCount.objects.exclude(worker="").get())
    forget_dead_workers()
    kept.refresh_from_db()
    assert (sum(kept.counts), kept.errors) == (2, {"server": 2})
    assert CallCount.objects.count() == 1


def test_one_that_was_only_idle_counts_nothing_twice():
    process = Process()
    process.call()
    process.counts.store()
    age(CallCount.objects.get())
    forget_dead_workers()
    process.call()
    process.counts.store()
    assert {row.worker != "": sum(row.counts) for row in CallCount.objects.all()} == {
        False: 1,
        True: 1,
    }
    process.call()
    process.counts.store()
    assert sum(sum(row.counts) for row in CallCount.objects.all()) == 3


def test_a_row_that_its_worker_writes_meanwhile_is_not_ended():
    process = Process()
    process.call()
    process.counts.store()
    row = CallCount.objects.get()
    age(row)
    stale = CallCount.objects.get()
    process.counts.store()
    _end(stale)
    assert CallCount.objects.get().worker


def test_a_forked_process_does_not_count_what_its_parent_stored(monkeypatch):
    process = Process()
    process.call()
    process.counts.store()
    monkeypatch.setattr(os, "getpid", lambda: 4_000_001)
    process.call()
    process.counts.store()
    assert sorted(sum(row.counts) for row in CallCount.objects.all()) == [1, 1]
