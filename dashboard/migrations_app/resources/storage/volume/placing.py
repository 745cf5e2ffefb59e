"""Which volume type and which zone of the destination a volume gets, and what it loses by that."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import (
    ADOPT,
    CREATE,
    MAP,
    MIGRATED,
    Decision,
    Loss,
    Record,
)
from dashboard.migrations_app.resources.storage.common.volume_keys import (
    ENCRYPTION,
    encryption_there,
    is_encrypted,
)
from dashboard.migrations_app.resources.storage.common.volume_types import (
    is_multiattach,
    private_id,
    type_named,
)
from dashboard.migrations_app.resources.storage.volume.obstacles import is_shared

TYPE, ZONE, MULTIATTACH = "volume_type", "availability_zone", "multiattach"
PRIVATE, CREATED = "private_type", "created_type"
_CHOSEN = "chosen_type"


def place(record: Record, choice: str, reader: TenantReader) -> Decision:
    """Return the type that was chosen, else the one of the same name, else the default; and the
    zone of the same name, else the default one."""
    taken = choice or record.fields[TYPE] or ""
    type_ = type_named(reader, taken)
    losses = [*_type_losses(record, taken if type_ else "", type_, reader.cloud.name)]
    zones = reader.list("block_storage", "/os-availability-zone", "availabilityZoneInfo")
    zone = record.fields[ZONE]
    if zone not in {each["zoneName"] for each in zones if each["zoneState"]["available"]}:
        reason = f"Cinder of cloud {reader.cloud.name} has no such zone: it gets the default one."
        losses, zone = [*losses, Loss(field=ZONE, value=zone, reason=reason)], ""
    resolution = {
        TYPE: taken if type_ else "",
        PRIVATE: private_id(type_),
        ZONE: zone,
        **encryption_there(record, (type_ or {}).get("id", ""), reader),
        _CHOSEN: bool(choice),
    }
    return Decision(resolution=resolution, losses=losses)


def with_type(record: Record, decision: Decision, of_type: Decision | None) -> Decision:
    """Return the decision about a volume in the light of that about its type.

    A type that was chosen for the volume itself goes before.
    """
    if of_type is None or decision.resolution.get(_CHOSEN, True):
        return decision
    others = [loss for loss in decision.losses if loss.field not in (TYPE, MULTIATTACH)]
    if of_type.action in (CREATE, MIGRATED):
        resolution = {**decision.resolution, TYPE: record.fields[TYPE], CREATED: True}
        if is_encrypted(record):
            resolution[ENCRYPTION] = record.fields[ENCRYPTION]
        return Decision(resolution=resolution, losses=others)
    if of_type.action not in (MAP, ADOPT) or of_type.problem:
        return decision
    there: Mapping[str, Any] = of_type.resolution
    resolution = {**decision.resolution, TYPE: there["name"], PRIVATE: private_id(there)}
    if is_encrypted(record):
        resolution[ENCRYPTION] = there.get(ENCRYPTION, {})
    losses = _type_losses(record, there["name"], there, there["cloud"])
    return Decision(resolution=resolution, losses=[*others, *losses])


def with_servers(record: Record, decision: Decision) -> Decision:
    """Return the decision, which is a problem if several servers need a copy that allows one."""
    if not is_shared(record) or MULTIATTACH not in {loss.field for loss in decision.losses}:
        return decision
    return replace(
        decision,
        problem=f"Volume {record.title} is attached to several servers, and its volume type on the "
        "destination allows one only.",
        fix=f"Map volume_type:{record.fields[TYPE]} to create or to a type with multiattach, or "
        "detach the volume from all servers but one; then plan again.",
    )


def _type_losses(
    record: Record, name: str, type_: Mapping[str, Any] | None, cloud: str
) -> list[Loss]:
    losses = []
    if name != record.fields[TYPE]:
        reason = f"It becomes {name or 'the default type'} on cloud {cloud}."
        losses.append(Loss(field=TYPE, value=record.fields[TYPE], reason=reason))
    if record.fields.get(MULTIATTACH) and not is_multiattach(type_):
        reason = f"Its volume type on cloud {cloud} lets a volume be attached to one server only."
        losses.append(Loss(field=MULTIATTACH, value=True, reason=reason))
    return losses
