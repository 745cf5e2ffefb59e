"""How much a cloud may be asked for: calls in flight, data streams, bytes a second; also by hours.

Pure: everything is told the time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True, kw_only=True)
class Limits:
    """What may be at most. ``calls`` in flight are by service; None is as much as there is."""

    calls: Mapping[str, int] = field(default_factory=dict)
    streams: int | None = None
    bytes_per_second: int | None = None

    def over(self, usual: "Limits") -> "Limits":
        """Return these limits, and the usual ones where these say nothing."""
        rate = self.bytes_per_second
        return Limits(
            calls={**usual.calls, **self.calls},
            streams=usual.streams if self.streams is None else self.streams,
            bytes_per_second=usual.bytes_per_second if rate is None else rate,
        )


@dataclass(frozen=True, kw_only=True)
class HourlyLimits:
    """Limits from one time of the day to another, on the clocks of a zone; also over midnight."""

    begins: time
    ends: time
    zone: str
    limits: Limits

    def holds(self, now: datetime) -> bool:
        """Return whether they hold now. From a time to the same one is the whole day."""
        clock = now.astimezone(ZoneInfo(self.zone)).time()
        if self.begins < self.ends:
            return self.begins <= clock < self.ends
        return clock >= self.begins or clock < self.ends


@dataclass(frozen=True, kw_only=True)
class CloudLimits:
    """The limits of a cloud, of hours, and of its links to other clouds by their names."""

    always: Limits = field(default_factory=Limits)
    hours: Sequence[HourlyLimits] = ()
    links: Mapping[str, Limits] = field(default_factory=dict)

    def at(self, now: datetime) -> Limits:
        """Return the limits that hold now: the first hours that include it, else the usual ones."""
        found = next((each.limits for each in self.hours if each.holds(now)), Limits())
        return found.over(self.always)
