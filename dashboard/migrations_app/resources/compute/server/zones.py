"""In which availability zone of the destination a server is booted."""

from dataclasses import dataclass, field
from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Loss, Record

ZONE = "OS-EXT-AZ:availability_zone"
# what Nova calls the zone of hosts that are in none; to ask for it pins a server to it
DEFAULT_ZONE = "nova"


@dataclass(frozen=True, kw_only=True)
class ZoneChoice:
    """The zone to ask for, "" for any, and what the server loses by that."""

    zone: str = ""
    losses: list[Loss] = field(default_factory=list)


def zones_of(reader: TenantReader) -> list[str]:
    """Return the names of the destination's zones that take servers."""
    zones = reader.list("compute", "/os-availability-zone", "availabilityZoneInfo")
    return [zone["zoneName"] for zone in zones if zone["zoneState"]["available"]]


def choose_zone(record: Record, choice: str, reader: TenantReader) -> ZoneChoice:
    """Return the zone that was chosen, else the one of the same name, else any."""
    own, offered = record.fields.get(ZONE) or "", zones_of(reader)
    zone = choice or (own if own in offered and not is_any_zone(own) else "")
    if zone == own or is_any_zone(own):
        return ZoneChoice(zone=zone)
    cloud = f"cloud {reader.cloud.name}"
    reason = (
        f"It is booted in zone {zone} of {cloud}, as chosen."
        if zone
        else f"There is no such zone on {cloud}: it is booted in the default zone there."
    )
    return ZoneChoice(zone=zone, losses=[Loss(field=ZONE, value=own, reason=reason)])


def is_any_zone(zone: Any) -> bool:
    """Return whether a zone says nothing: Nova's default zone, or none before a first boot."""
    return zone in (None, "", DEFAULT_ZONE)
