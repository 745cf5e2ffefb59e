"""Data streams stay within the bytes a second and the number that clouds and links may have."""

from datetime import UTC, datetime, time, timedelta
from pathlib import Path

import pytest

from dashboard.clients.cloud_files import read_cloud
from dashboard.clients.cloud_limits import CloudLimits, HourlyLimits, Limits
from dashboard.clients.traffic import End, Traffic
from dashboard.errors import BadInput, Cancelled

MIB = 1024 * 1024
MORNING = datetime(2026, 11, 30, 7, 59, 50, tzinfo=UTC)


class Clock:
    """A clock that pauses advance."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def read(self) -> float:
        return self.seconds

    def pause(self, seconds: float) -> None:
        self.seconds += seconds

    def now(self) -> datetime:
        return MORNING + timedelta(seconds=self.seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def traffic(clock: Clock) -> Traffic:
    return Traffic(clock=clock.read, pause=clock.pause, now=clock.now)


def end(name: str, limits: CloudLimits | None = None) -> End:
    return End(name=name, limits=lambda: limits or CloudLimits())


def rate(count: int, **more: object) -> CloudLimits:
    return CloudLimits(always=Limits(bytes_per_second=count), **more)  # type: ignore[arg-type]


def nothing() -> None:
    """Go on."""


def passed(traffic: Traffic, clock: Clock, source: End, destination: End, *, within: float) -> int:
    """Return how many bytes one stream passes within so many seconds."""
    counted, ends = 0, clock.seconds + within
    with traffic.stream(source, destination, nothing) as passing:
        while True:
            passing(MIB)
            if clock.seconds > ends:
                return counted
            counted += MIB


def test_a_stream_passes_what_the_slower_of_both_clouds_may(traffic, clock):
    count = passed(traffic, clock, end("a", rate(8 * MIB)), end("b", rate(2 * MIB)), within=10)
    assert count == pytest.approx(20 * MIB, abs=2 * MIB)


def test_streams_of_one_cloud_share_its_rate(traffic, clock):
    source = end("a", rate(4 * MIB))
    with (
        traffic.stream(source, end("b"), nothing) as one,
        traffic.stream(source, end("c"), nothing) as two,
    ):
        for _ in range(20):
            one(MIB)
            two(MIB)
    assert clock.seconds == pytest.approx(40 / 4, abs=0.5)


def test_a_link_has_a_rate_of_its_own(traffic, clock):
    limits = CloudLimits(links={"b": Limits(bytes_per_second=MIB)})
    assert passed(traffic, clock, end("a", limits), end("b"), within=5) <= 6 * MIB
    with traffic.stream(end("a", limits), end("c"), nothing) as passing:
        begun = clock.seconds
        passing(1000 * MIB)
    assert clock.seconds == begun


def test_other_hours_hold_from_the_next_bytes_on(traffic, clock):
    slow = HourlyLimits(
        begins=time(8), ends=time(18), zone="UTC", limits=Limits(bytes_per_second=MIB)
    )
    source = end("a", rate(10 * MIB, hours=[slow]))
    count = passed(traffic, clock, source, end("b"), within=20)  # 10 s before 8 o'clock, 10 s after
    assert count == pytest.approx(110 * MIB, abs=3 * MIB)


def test_a_limit_that_is_changed_holds_for_the_stream_that_goes_on(traffic, clock):
    limits = [rate(10 * MIB)]
    source = End(name="a", limits=lambda: limits[0])
    with traffic.stream(source, end("b"), nothing) as passing:
        for _ in range(110):
            passing(MIB)
        fast = clock.seconds
        limits[0] = rate(MIB)
        for _ in range(110):
            passing(MIB)
    assert fast == pytest.approx(11, abs=0.2)
    assert clock.seconds - fast > 19, "read again within ten seconds"


def test_a_stream_waits_for_its_turn_and_can_be_cancelled(traffic):
    source = end("a", CloudLimits(always=Limits(streams=1)))

    def cancelled() -> None:
        raise Cancelled("Cancelled.")

    with (
        traffic.stream(source, end("b"), nothing),
        pytest.raises(Cancelled),
        traffic.stream(source, end("c"), cancelled),
    ):
        pass
    with traffic.stream(source, end("c"), cancelled):
        pass  # the first one has ended: nothing to wait for


FILE = """
clouds:
  old:
    auth: {auth_url: https://192.0.2.1:5000/v3, username: a, password: b, project_name: c}
    pumphouse:
      limits:
        network: 8
        streams: 4
        hours:
          22:00-06:00 Europe/Berlin: {streams: 16, network: 2}
        to:
          new: {bytes_per_second: 50000000}
"""


def limits_in(tmp_path: Path, text: str) -> CloudLimits:
    path = tmp_path / "clouds.yaml"
    path.write_text(text)
    return read_cloud(path, "old").limits


def test_limits_are_read_with_their_hours_and_links(tmp_path):
    limits = limits_in(tmp_path, FILE)
    assert limits.at(MORNING) == Limits(calls={"network": 8}, streams=4)
    night = datetime(2026, 11, 30, 22, tzinfo=UTC)
    assert limits.at(night) == Limits(calls={"network": 2}, streams=16)
    assert limits.links["new"].bytes_per_second == 50_000_000


@pytest.mark.parametrize(
    "right, wrong, sentence",
    [
        ("22:00-06:00 Europe/Berlin", "22-6", "Expected hours as 08:00-18:00 Europe/Berlin"),
        ("Europe/Berlin", "Europe/Nowhere", "Expected hours as 08:00-18:00 Europe/Berlin"),
        ("50000000", "5", "Expected a number from 1000"),
        ("network: 8", "network: 99", "Expected a number from 1 to 32"),
    ],
)
def test_limits_that_cannot_be_are_refused(tmp_path, right, wrong, sentence):
    with pytest.raises(BadInput, match=sentence):
        limits_in(tmp_path, FILE.replace(right, wrong))
