"""Windows on the clocks of a zone, over both changes of summer time."""

from datetime import UTC, datetime, timedelta

import pytest

from dashboard.campaigns.windows import read_window
from dashboard.errors import BadInput

BERLIN = "Europe/Berlin"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[misc,arg-type]


@pytest.mark.parametrize(
    ("opening", "hours"),
    [
        (utc(2026, 7, 4, 20), 8),  # Saturday night in summer
        (utc(2026, 3, 28, 21), 7),  # clocks are set forward in it
        (utc(2026, 10, 24, 20), 9),  # and back
    ],
)
def test_a_night_is_open_from_its_evening_to_its_morning(opening, hours):
    window = read_window(f"sat 22:00-06:00 {BERLIN}")
    closing = opening + timedelta(hours=hours)
    second = timedelta(seconds=1)
    assert not window.is_open(opening - second)
    assert window.is_open(opening) and window.is_open(closing - second)
    assert not window.is_open(closing)
    assert window.closing(opening) == closing
    assert window.next_opening(opening - timedelta(days=2)) == opening
    assert window.next_opening(opening) == opening


@pytest.mark.parametrize(
    ("text", "opening", "closing"),
    [
        # 02:30 is skipped: it opens as clocks skip it
        (f"sun 02:30-04:00 {BERLIN}", utc(2026, 3, 29, 1), utc(2026, 3, 29, 2)),
        # all of it is skipped: it opens a week later
        (f"sun 02:15-02:45 {BERLIN}", utc(2026, 4, 5, 0, 15), utc(2026, 4, 5, 0, 45)),
    ],
)
def test_hours_that_clocks_skip(text, opening, closing):
    window = read_window(text)
    assert window.next_opening(utc(2026, 3, 28)) == opening
    assert window.closing(opening) == closing


def test_an_hour_that_clocks_show_twice_opens_by_the_first():
    window = read_window(f"sun 02:00-02:30 {BERLIN}")
    assert window.next_opening(utc(2026, 10, 24)) == utc(2026, 10, 25, 0)
    assert window.closing(utc(2026, 10, 25, 0)) == utc(2026, 10, 25, 0, 30)
    assert not window.is_open(utc(2026, 10, 25, 1, 15))


def test_days_may_go_over_the_end_of_the_week_and_a_day_may_be_whole():
    window = read_window("sat-mon 00:00-00:00 UTC")
    assert str(window) == "mon,sat,sun 00:00-00:00 UTC"
    assert window.is_open(utc(2026, 3, 30, 23, 59)) and not window.is_open(utc(2026, 3, 31))
    assert read_window("daily 20:00-04:00 UTC").days == frozenset(range(7))


@pytest.mark.parametrize(
    "text",
    [
        *("", "mon", "mon 1-2 UTC", "mon 22:00-25:00 UTC", "mon 22:00 UTC", "day 22:00-23:00 UTC"),
        "mon 22:00+01:00-23:00 UTC",
    ],
)
def test_what_is_no_window_is_refused_with_an_example(text):
    with pytest.raises(BadInput, match="is not a window") as refused:
        read_window(text)
    assert refused.value.fix == "Write it as: mon-fri 22:00-06:00 Europe/Berlin"


@pytest.mark.parametrize("zone", ["Nope/Zone", "../etc", "europe/berlin", "Europe"])
def test_a_zone_that_does_not_exist_is_named(zone):
    with pytest.raises(BadInput, match=f"'{zone}' is not a time zone"):
        read_window(f"mon 22:00-23:00 {zone}")


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("daily", "daily"),
        ("mon,tue,wed", "mon-wed"),
        ("sat,sun", "sat,sun"),
        ("fri-mon", "mon,fri-sun"),
        ("mon,wed,fri", "mon,wed,fri"),
    ],
)
def test_a_window_is_written_as_it_can_be_read(text: str, days: str) -> None:
    window = read_window(f"{text} 22:00-06:00 {BERLIN}")
    assert str(window) == f"{days} 22:00-06:00 {BERLIN}"
    assert read_window(str(window)) == window
