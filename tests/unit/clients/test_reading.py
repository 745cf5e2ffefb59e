"""Reads, logins and discovery are repeated after failures that pass; writes are not."""

from collections import Counter
from collections.abc import Iterator

import pytest

from dashboard.clients.call_limits import call_limits
from dashboard.clients.openstack import CloudSession
from dashboard.errors import Retryable
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Answer, Request
from tests.support.cloud.moving import one_cloud
from tests.support.cloud.sessions import operator_of


class Failing:
    """Answers the first requests to some address with a status, and counts what was asked."""

    def __init__(self, cloud: MemoryCloud, part: str, *, times: int, status: int, after: str = ""):
        self.part, self.times, self.status, self.after = part, times, status, after
        self.asked: Counter[str] = Counter()
        cloud.on_answer = self

    def __call__(self, request: Request, answer: Answer) -> None:
        """Fail the request if it is one of those."""
        if self.part not in request.path:
            return
        self.asked[request.method] += 1
        if self.asked.total() <= self.times:
            answer.status, answer.body = self.status, {"message": "Out of order."}
            answer.headers |= {"Retry-After": self.after} if self.after else {}


@pytest.fixture
def cloud() -> Iterator[MemoryCloud]:
    with one_cloud() as cloud:
        yield cloud


@pytest.fixture
def session(cloud: MemoryCloud) -> CloudSession:
    return operator_of(cloud)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
def test_a_read_is_repeated(cloud, session, status):
    failing = Failing(cloud, "/servers/detail", times=2, status=status, after="1")
    assert [*session.list("compute", "/servers/detail", "servers")] == []
    assert failing.asked == {"GET": 3}


def test_what_is_repeated_is_counted(cloud, session):
    limit = call_limits.of(cloud.name, "compute")
    before = limit.tally()
    Failing(cloud, "/servers/detail", times=2, status=503, after="1")
    assert [*session.list("compute", "/servers/detail", "servers")] == []
    counted = limit.tally() - before
    assert (counted.retries, sum(counted.counts), counted.errors) == (2, 3, {"server": 2})


def test_a_service_that_stays_out_of_order_is_left_to_a_later_attempt(cloud, session):
    failing = Failing(cloud, "/servers/detail", times=99, status=500)
    with pytest.raises(Retryable, match="Out of order"):
        session.get("compute", "/servers/detail")
    assert failing.asked == {"GET": 4}


def test_nobody_waits_here_for_as_long_as_a_service_may_ask(cloud, session):
    failing = Failing(cloud, "/servers/detail", times=1, status=503, after="3600")
    with pytest.raises(Retryable) as refused:
        session.get("compute", "/servers/detail")
    assert refused.value.retry_after == 3600
    assert failing.asked == {"GET": 1}


def test_a_write_is_sent_once(cloud, session):
    failing = Failing(cloud, "/volumes", times=1, status=500)
    with pytest.raises(Retryable, match="Out of order"):
        session.post("block_storage", "/volumes", {"volume": {"size": 1}}, "volume")
    assert failing.asked == {"POST": 1}


@pytest.mark.parametrize("status", [429, 500, 503])
def test_the_login_before_a_write_is_repeated(cloud, session, status):
    failing = Failing(cloud, "/auth/tokens", times=2, status=status)
    session.post("block_storage", "/volumes", {"volume": {"size": 1}}, "volume")
    assert failing.asked["POST"] == 3
