"""Limits of data streams and of bytes a second are of all worker processes together."""

from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from dashboard.clients.cloud_limits import CloudLimits, Limits
from dashboard.clients.stream_book import streams_in
from dashboard.clients.traffic import End, Traffic
from dashboard.errors import Cancelled
from dashboard.jobs import data_streams
from dashboard.jobs.call_counts import forget_dead_workers
from dashboard.jobs.data_streams import SharedStreams
from dashboard.jobs.models import DataStream

pytestmark = pytest.mark.django_db(transaction=True)
MIB = 1024 * 1024


class Worker:
    """A worker process: a clock that its pauses advance, its streams, and its name."""

    _numbers = count()

    def __init__(self, monkeypatch) -> None:
        self.seconds = 0.0
        self.book = SharedStreams()
        self.traffic = Traffic(clock=lambda: self.seconds, pause=self._pause)
        self._patch, self.name = monkeypatch, f"worker {next(self._numbers)}"

    def _pause(self, seconds: float) -> None:
        self.seconds += seconds

    def stream(self, limits: CloudLimits, check=lambda: None):
        self._patch.setattr(data_streams, "worker_name", lambda: self.name)
        source = End(name="old", limits=lambda: limits)
        return self.traffic.stream(source, End(name="new", limits=CloudLimits), check)

    def passes(self, passing, mib: int) -> float:
        """Return the seconds that so many MiB take."""
        self._patch.setattr(data_streams, "worker_name", lambda: self.name)
        self.book._read_at = 0.0
        begun = self.seconds
        for _ in range(mib):
            passing(MIB)
        return self.seconds - begun


def at_most(**limits) -> CloudLimits:
    return CloudLimits(always=Limits(**limits))


def cancelled() -> None:
    raise Cancelled("Cancelled.")


@pytest.fixture
def workers(monkeypatch) -> tuple[Worker, Worker]:
    return Worker(monkeypatch), Worker(monkeypatch)


def entered(worker: Worker, *args, **more):
    """Return a stream that was entered with the worker's book."""
    with streams_in(worker.book):
        stream = worker.stream(*args, **more)
        return stream, stream.__enter__()


def test_two_workers_share_the_bytes_by_their_streams(workers):
    one, two = workers
    limits = at_most(bytes_per_second=4 * MIB)
    alone, passing = entered(one, limits)
    assert one.passes(passing, 40) == pytest.approx(10, abs=0.5)
    other, passing_too = entered(two, limits)
    assert one.passes(passing, 40) == pytest.approx(20, abs=0.5)
    assert two.passes(passing_too, 40) == pytest.approx(20, abs=0.5)
    other.__exit__(None, None, None)
    assert one.passes(passing, 40) == pytest.approx(10, abs=0.5)
    alone.__exit__(None, None, None)
    assert not DataStream.objects.exists()


def test_a_stream_waits_while_another_worker_has_the_last_one(workers):
    one, two = workers
    limits = at_most(streams=1)
    alone, _ = entered(one, limits)
    with pytest.raises(Cancelled):
        entered(two, limits, check=cancelled)
    assert DataStream.objects.count() == 1, "one that gave up waits no longer"
    alone.__exit__(None, None, None)
    other, _ = entered(two, limits, check=cancelled)
    other.__exit__(None, None, None)


def test_the_streams_of_a_dead_worker_hold_nobody_back(workers):
    one, two = workers
    dead, _ = entered(one, at_most(streams=1))
    long_ago = timezone.now() - timedelta(seconds=61)
    DataStream.objects.update(seen_at=long_ago)
    other, _ = entered(two, at_most(streams=1), check=cancelled)
    forget_dead_workers()
    assert DataStream.objects.get().worker == two.name
    other.__exit__(None, None, None)
    dead.__exit__(None, None, None)
    assert not DataStream.objects.exists()


def test_only_open_streams_are_renewed(workers):
    one, _ = workers
    stream, _ = entered(one, at_most(streams=2))
    place = one.book.enter("old", "new")
    one.book._open.discard(place)  # its deletion failed
    DataStream.objects.update(seen_at=timezone.now() - timedelta(seconds=15))
    one.book.renew()
    aged = timezone.now() - timedelta(seconds=10)
    assert list(DataStream.objects.filter(seen_at__lt=aged).values_list("pk", flat=True)) == [place]
    stream.__exit__(None, None, None)
