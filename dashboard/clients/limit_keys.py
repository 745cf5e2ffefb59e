"""What a configuration says of the limits of a cloud: the key ``limits``."""

import re
from datetime import time
from zoneinfo import ZoneInfo

from yaml.nodes import MappingNode

from dashboard.clients.call_limits import MOST
from dashboard.clients.cloud_access import SERVICES
from dashboard.clients.cloud_limits import CloudLimits, HourlyLimits, Limits
from dashboard.clients.yaml_nodes import composed
from dashboard.clients.yaml_sections import Section
from dashboard.errors import BadInput
from dashboard.whole_numbers import whole_number

TRAFFIC = ("streams", "bytes_per_second")
MOST_STREAMS = 1000
LEAST_RATE = 1000
"""Bytes a second: less would be a stand-still rather than a limit."""
MOST_RATE = 10**12
_hours = re.compile(r"(\d\d:\d\d)-(\d\d:\d\d)(?: (\S+))?")


def read_limits(section: Section | None) -> CloudLimits:
    """Read the limits of a cloud. Raises ``BadInput`` for what cannot be."""
    if section is None:
        return CloudLimits()
    section.only({*SERVICES, *TRAFFIC, "hours", "to"})
    hours = section.optional_section("hours")
    links = section.optional_section("to")
    return CloudLimits(
        always=_limits(section),
        hours=[_hourly(hours, key) for key in hours] if hours else [],
        links={name: _of_link(links.section(name)) for name in links} if links else {},
    )


def limits_in(text: str, *, name: str) -> CloudLimits:
    """Read the limits that a text has, in the words of the configuration.

    Raises ``BadInput`` with the text's name and the line for what cannot be.
    """
    node = composed(name, text=text)
    if not isinstance(node, MappingNode):
        raise BadInput(
            f"The {name} are no keys with values.", fix="Write them as streams: 4, a line each."
        )
    return read_limits(Section(node))


def _of_link(section: Section) -> Limits:
    section.only(TRAFFIC)
    return _limits(section)


def _limits(section: Section) -> Limits:
    return Limits(
        calls={
            key: _number(section, key, least=1, most=MOST) for key in section if key in SERVICES
        },
        streams=_optional(section, "streams", least=1, most=MOST_STREAMS),
        bytes_per_second=_optional(section, "bytes_per_second", least=LEAST_RATE, most=MOST_RATE),
    )


def _optional(section: Section, key: str, *, least: int, most: int) -> int | None:
    return _number(section, key, least=least, most=most) if key in section else None


def _number(section: Section, key: str, *, least: int, most: int) -> int:
    number = whole_number(section.text(key))
    if number is None or not least <= number <= most:
        raise section.fault(f"Expected a number from {least} to {most}.", key=key)
    return number


def _hourly(hours: Section, key: str) -> HourlyLimits:
    """Read the limits of some hours, whose key is 08:00-18:00 and a time zone."""
    found = _hours.fullmatch(key)
    section = hours.section(key)
    section.only({*SERVICES, *TRAFFIC})
    try:
        if found is None:
            raise ValueError
        begins, ends = (time.fromisoformat(each) for each in found.groups()[:2])
        zone = ZoneInfo(found[3] or "UTC").key
    except (ValueError, KeyError, OSError):
        raise hours.fault(
            "Expected hours as 08:00-18:00 Europe/Berlin.", key=key, fix="Without a zone it is UTC."
        ) from None
    return HourlyLimits(begins=begins, ends=ends, zone=zone, limits=_limits(section))
