"""The segment of a network: its kind, physical network and number.

Of a tunnel the number means nothing outside the cloud. On a physical network it is the VLAN that
the racks' switches carry.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, Difference, Loss, Record
from dashboard.migrations_app.resources.work import Work

KEEP_SEGMENT = "segment"
"""The choice by which the copy of a network is on the same segment; in its resolution then."""

_TYPE, _PHYSICAL, _NUMBER = SEGMENTS = (
    "provider:network_type",
    "provider:physical_network",
    "provider:segmentation_id",
)
_OTHER = "The destination chooses the segment itself, unless the choice is segment."


def with_segment(record: Record, decision: Decision, choice: str, reader: TenantReader) -> Decision:
    """Return the decision with the loss of a physical segment, or with the segment if chosen."""
    if not record.fields.get(_PHYSICAL):
        return replace(decision, **_not_physical(record)) if choice == KEEP_SEGMENT else decision
    if choice != KEEP_SEGMENT:
        lost = [
            Loss(field=name, value=value, reason=_OTHER)
            for name, value in _segment_of(record.fields).items()
        ]
        return replace(decision, losses=[*decision.losses, *lost])
    problem = _in_the_way(record, reader)
    resolution = {**decision.resolution, KEEP_SEGMENT: True}
    fix = "Free it there, or remove the choice segment: then the destination chooses another one."
    return replace(decision, resolution=resolution, problem=problem, fix=problem and fix)


def wanted_segment(work: Work) -> Json:
    """Return what the create call asks for: the source's segment, if that was chosen."""
    return _segment_of(work.record.fields) if work.resolution.get(KEEP_SEGMENT) else {}


def segment_differences(source: Record, destination: Record) -> Iterable[Difference]:
    """Return the differences of a physical segment."""
    for name, value in _segment_of(source.fields).items():
        there = destination.fields.get(name)
        if source.fields.get(_PHYSICAL) and there != value:
            yield Difference(field=name, source=value, destination=there)


def _segment_of(fields: Mapping[str, Any]) -> Json:
    return {name: fields[name] for name in SEGMENTS if fields.get(name) is not None}


def _not_physical(record: Record) -> Json:
    problem = f"Network {record.title} is not on a physical network: it has no segment to keep."
    return {"problem": problem, "fix": f"Remove the choice of network:{record.title}."}


def _in_the_way(record: Record, reader: TenantReader) -> str:
    """Return why the destination cannot have the segment, "" where nothing is known against it."""
    fields, cloud = record.fields, reader.cloud.name
    physical = fields[_PHYSICAL]
    known = _mapped_by_agents(reader)
    if known and physical not in known:
        return f"No agent of cloud {cloud} has physical network {physical}."
    query = {_PHYSICAL: physical}
    for other in reader.list("network", "/networks", "networks", **query):
        if other.get(_TYPE) == fields[_TYPE] and other.get(_NUMBER) == fields.get(_NUMBER):
            number = f" {fields[_NUMBER]}" if fields.get(_NUMBER) is not None else ""
            on = f"{fields[_TYPE]}{number} on physical network {physical}"
            return f"Network {other['name'] or other['id']} of cloud {cloud} is {on} already."
    return ""


def _mapped_by_agents(reader: TenantReader) -> set[str]:
    """Return the physical networks that agents tell; none where they tell nothing, as OVN's."""
    if "agent" not in reader.extensions:
        return set()
    configured = (
        agent.get("configurations") or {} for agent in reader.list("network", "/agents", "agents")
    )
    kinds = ("bridge_mappings", "interface_mappings", "device_mappings")
    return {name for each in configured for kind in kinds for name in each.get(kind) or {}}
