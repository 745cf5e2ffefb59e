"""Time zones by their names, and moments in them."""

from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from dashboard.errors import BadInput


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones())


def known_zone(name: str) -> ZoneInfo | None:
    """Return the zone with that name, None if there is none; names come from anybody."""
    return ZoneInfo(name) if name in _names() else None


def in_utc(moment: datetime) -> datetime | None:
    """Return the same moment in UTC, None where no calendar has it: zones reach beyond year 9999.

    A database has it in UTC, too.
    """
    try:
        return moment.astimezone(UTC)
    except OverflowError:
        return None


def moment_in(zone_name: str, naive: datetime) -> datetime:
    """Return the moment at which clocks in a zone show that time.

    Raises ``BadInput`` for an unknown zone, and for a time that clocks leave out when summer time
    begins. Of a time that they show twice it is the first.
    """
    zone = known_zone(zone_name)
    if zone is None:
        raise BadInput(f"There is no time zone {zone_name!r}.", fix="Reload the page.")
    moment = naive.replace(tzinfo=zone)
    utc = in_utc(moment)
    if utc is None or utc.astimezone(zone).replace(tzinfo=None) != naive:
        raise BadInput(
            f"There is no {naive:%H:%M} on {naive:%Y-%m-%d} in {zone_name}: clocks skip it.",
            fix="Choose an hour later.",
        )
    return moment
