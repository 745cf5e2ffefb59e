"""Windows: the hours of which days in which something may begin, in a time zone with summer time.

Pure: everything is told the time.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dashboard.errors import BadInput

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAILY = "daily"
DAY = timedelta(days=1)
LOOKED_AHEAD = 15
"""In days: a window that opens once a week and does not exist on the day of a change of summer time
opens on the next."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """A window opens on ``days`` (Monday is 0) at a time on the clocks of its zone.

    It closes at ``closes``, on the next day where that is not later; the same time is a whole day.
    A time that clocks skip is the moment at which they skip it. Of a time that they show twice, it
    is the first one: the window then is an hour longer only if it began before.
    """

    days: frozenset[int]
    opens: time
    closes: time
    zone: str

    def is_open(self, now: datetime) -> bool:
        """Return whether something may begin now."""
        return any(opening <= now < closing for opening, closing in self._around(now))

    def next_opening(self, now: datetime) -> datetime | None:
        """Return when it opens next, now if it is open, None for a window that never opens."""
        if self.is_open(now):
            return now
        later = (opening for opening, closing in self._around(now) if now < opening < closing)
        return min(later, default=None)

    def closing(self, now: datetime) -> datetime | None:
        """Return when the window that is open now closes, None if it is not open."""
        ends = [closing for opening, closing in self._around(now) if opening <= now < closing]
        return max(ends, default=None)

    def _around(self, now: datetime) -> Iterable[tuple[datetime, datetime]]:
        today = now.astimezone(ZoneInfo(self.zone)).date()
        for offset in range(-1, LOOKED_AHEAD):
            day = today + offset * DAY
            if day.weekday() in self.days:
                yield self._on(day)

    def _on(self, day: date) -> tuple[datetime, datetime]:
        last = day if self.closes > self.opens else day + DAY
        return self._moment(day, self.opens), self._moment(last, self.closes)

    def _moment(self, day: date, at: time) -> datetime:
        """Return the moment at which the clocks of the zone show that time."""
        zone = ZoneInfo(self.zone)
        wall = datetime.combine(day, at, tzinfo=zone)
        moment = wall.astimezone(UTC)
        if moment.astimezone(zone).replace(tzinfo=None) == wall.replace(tzinfo=None):
            return moment
        # skipped: both readings of it differ by what clocks are set forward
        skipped = wall.utcoffset() - wall.replace(fold=1).utcoffset()  # type: ignore[operator]
        return _change_between(moment + skipped, moment, zone)

    def __str__(self) -> str:
        return f"{_words(self.days)} {self.opens:%H:%M}-{self.closes:%H:%M} {self.zone}"


def _words(days: frozenset[int]) -> str:
    """Return days as people write them: three in a row or more as their first and last one."""
    if len(days) == len(DAYS):
        return DAILY
    runs: list[list[int]] = []
    for day in sorted(days):
        if runs and runs[-1][-1] == day - 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ",".join(
        f"{DAYS[run[0]]}-{DAYS[run[-1]]}" if len(run) > 2 else ",".join(DAYS[day] for day in run)
        for run in runs
    )


def _change_between(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment at which the zone's offset changes between two moments, to the minute."""
    first, last = (moment.replace(second=0, microsecond=0) for moment in sorted((before, after)))
    earlier = first.astimezone(zone).utcoffset()
    minute = timedelta(minutes=1)
    while first < last and first.astimezone(zone).utcoffset() == earlier:
        first += minute
    return first


def read_window(text: str) -> Window:
    """Return the window that a text means: ``mon-fri 22:00-06:00 Europe/Berlin``.

    Days are named with commas or a dash between, ``daily`` is all of them. Raises ``BadInput``.
    """
    try:
        days, hours, zone = text.split()
        opens, closes = map(_time, hours.split("-"))
        found = Window(days=frozenset(_days(days)), opens=opens, closes=closes, zone=zone)
    except ValueError:
        raise BadInput(
            f"{text!r} is not a window.",
            fix="Write it as: mon-fri 22:00-06:00 Europe/Berlin",
        ) from None
    _require_zone(zone)
    return found


def _require_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ValueError, OSError, KeyError):  # KeyError: there is none of that name
        fix = "Write it as Europe/Berlin or UTC, with its capital letters."
        raise BadInput(f"{name!r} is not a time zone.", fix=fix) from None


def _time(text: str) -> time:
    hour, minute = text.split(":")
    return time(int(hour), int(minute))


def _days(text: str) -> Iterable[int]:
    if text.lower() == DAILY:
        return range(len(DAYS))
    found: list[int] = []
    for part in text.lower().split(","):
        first, dash, last = part.partition("-")
        start, end = DAYS.index(first), DAYS.index(last if dash else first)
        # sat-mon goes over the end of the week
        found += [day % 7 for day in range(start, end + 1 + 7 * (end < start))]
    return found
