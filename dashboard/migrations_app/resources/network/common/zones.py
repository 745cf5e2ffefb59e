"""Availability zones of network agents, which networks and routers may ask for."""

from dataclasses import replace

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, Loss, Record
from dashboard.migrations_app.resources.work import Work

HINTS = "availability_zone_hints"


def with_zones(record: Record, decision: Decision, reader: TenantReader) -> Decision:
    """Return the decision with those of the object's zones that the destination has as well."""
    wanted = record.fields.get(HINTS) or []
    there = _zones(record.type, reader) if wanted else set()
    missing = [zone for zone in wanted if zone not in there]
    hints = [zone for zone in wanted if zone in there]
    decision = replace(decision, resolution={**decision.resolution, HINTS: hints})
    if not missing:
        return decision
    reason = f"Cloud {reader.cloud.name} has no such zone for a {record.type}."
    loss = Loss(field=HINTS, value=missing, reason=reason)
    return replace(decision, losses=[*decision.losses, loss])


def wanted_zones(work: Work) -> Json:
    """Return what the create call asks for; nothing of a plan that was drafted without zones."""
    hints = work.resolution.get(HINTS)
    return {HINTS: hints} if hints else {}


def _zones(resource: str, reader: TenantReader) -> set[str]:
    """Return the names of a cloud's zones for networks or for routers."""
    if "availability_zone" not in reader.extensions:
        return set()
    zones = reader.list("network", "/availability_zones", "availability_zones")
    return {zone["name"] for zone in zones if zone["resource"] == resource}
