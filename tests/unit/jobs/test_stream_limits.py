"""The data streams of a group of jobs are within its limit, in all workers together."""

from datetime import timedelta
from functools import partial
from itertools import count

import pytest
from django.utils import timezone

from dashboard.clients.cloud_limits import CloudLimits, Limits
from dashboard.clients.stream_book import streams_in
from dashboard.clients.traffic import End, Traffic
from dashboard.clients.waits import told_to
from dashboard.errors import Cancelled
from dashboard.jobs import data_streams
from dashboard.jobs.data_streams import SharedStreams, limit_of_job, shared_streams
from dashboard.jobs.models import DataStream, Job, JobGroup
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)
_numbers = count()


def cancelled() -> None:
    raise Cancelled("Cancelled.")


class Worker:
    """A worker process that moves a job, with a clock that its pauses advance."""

    def __init__(self, monkeypatch, job: Job) -> None:
        self.job, self.seconds = job, 0.0
        self.traffic = Traffic(clock=lambda: self.seconds, pause=self._pause)
        self._patch, self._name = monkeypatch, f"worker {next(_numbers)}"

    def _pause(self, seconds: float) -> None:
        self.seconds += seconds

    def begin(self, check=cancelled, **limits: int):
        """Return a stream that has begun; by default one that does not wait."""
        self._patch.setattr(data_streams, "worker_name", lambda: self._name)
        ends = (
            End(name="old", limits=lambda: CloudLimits(always=Limits(**limits))),
            End(name="new", limits=CloudLimits),
        )
        with streams_in(shared_streams, find_limit=partial(limit_of_job, self.job.pk)):
            stream = self.traffic.stream(*ends, check)
            stream.__enter__()
        return stream


def end(stream) -> None:
    stream.__exit__(None, None, None)


def is_refused(worker: Worker, **limits: int) -> bool:
    """Return whether a stream of the worker has to wait now."""
    try:
        end(worker.begin(**limits))
    except Cancelled:
        return True
    return False


@pytest.fixture
def worker(monkeypatch):
    """Return a function that makes a worker, whose job is in a group."""

    def make(group: JobGroup | None) -> Worker:
        job = rehearse(spec("copy"))
        Job.objects.filter(pk=job.pk).update(group=group)
        return Worker(monkeypatch, job)

    return make


@pytest.fixture
def group() -> JobGroup:
    return JobGroup.objects.create(name="wave:1", title="wave pilots", streams=1)


def test_two_jobs_of_a_group_never_have_more_streams_than_it_may(worker, group):
    one, two = worker(group), worker(group)
    stream = one.begin()
    assert is_refused(two) and is_refused(one)
    end(stream)
    assert not is_refused(two)
    assert not DataStream.objects.exists()


def test_jobs_of_another_group_and_of_none_are_not_limited(worker, group):
    other = JobGroup.objects.create(name="wave:2", title="wave two", streams=1)
    opened = [worker(each).begin() for each in (group, other, None, None)]
    assert DataStream.objects.filter(group=None).count() == 4
    for stream in opened:
        end(stream)


def test_who_waits_for_its_group_holds_nobody_back_at_a_cloud(worker, group):
    """A link with two streams, of which the group has one: the other one is for others."""
    one, two, alone = worker(group), worker(group), worker(None)
    stream, found = one.begin(streams=2), []

    def look() -> None:
        found.append(is_refused(alone, streams=2))
        raise Cancelled("Seen enough.")

    with pytest.raises(Cancelled):
        two.begin(check=look, streams=2)
    assert found == [False]
    end(stream)


def test_the_stream_of_a_killed_worker_is_free_once_nobody_renews_it(worker, group):
    dead, other = worker(group), worker(group)
    stream = dead.begin()
    shared_streams.renew()
    assert is_refused(other)
    DataStream.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    assert not is_refused(other)
    end(stream)


def test_the_streams_of_a_living_worker_are_renewed(worker, group):
    stream = worker(group).begin()
    DataStream.objects.update(seen_at=timezone.now() - timedelta(seconds=61))
    shared_streams.renew()
    assert is_refused(worker(group))
    end(stream)


def test_a_change_of_the_limit_holds_at_once(worker, group):
    one, two = worker(group), worker(group)
    first = one.begin()
    JobGroup.objects.update(streams=2)
    second = two.begin()
    JobGroup.objects.update(streams=1)
    end(first)
    assert is_refused(one), "the second goes on, and is the only one now"
    JobGroup.objects.update(streams=0)
    assert not is_refused(one)
    end(second)


def test_streams_that_began_without_a_limit_count_once_there_is_one(worker, group):
    JobGroup.objects.update(streams=0)
    stream = worker(group).begin()
    JobGroup.objects.update(streams=1)
    assert is_refused(worker(group))
    end(stream)


def test_a_step_says_that_it_waits_for_a_stream_and_for_how_long(worker, group):
    one, two, told = worker(group), worker(group), []
    stream = one.begin()

    with told_to(lambda *told_now: told.append(told_now)):
        end(two.begin(check=lambda: end(stream) if two.seconds == 3 else None))
    assert told == [("a data stream of wave pilots", "", 1.0), ("", "", 0.0)]


def test_a_step_says_that_it_waits_for_a_link(worker):
    book, told = SharedStreams(), []
    place = book.enter("old", "new")
    two = worker(None)
    with told_to(lambda *told_now: told.append(told_now)):
        end(two.begin(check=lambda: book.leave(place) if two.seconds == 3 else None, streams=1))
    assert told == [("a data stream from old to new", "", 1.0), ("", "", 0.0)]
