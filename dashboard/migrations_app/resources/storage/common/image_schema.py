"""What a cloud's Glance takes of an image, by the schema that it publishes."""

from collections.abc import Mapping
from typing import Any

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Decision, Loss, Record

VISIBILITY, HIDDEN = "visibility", "os_hidden"
FOR_EVERYBODY = ("public", "community")
"""The visibilities of images that every project can use."""
_SHARED, _PRIVATE = "shared", "private"


def offered(name: str, reader: TenantReader) -> tuple[str, ...]:
    """Return the values that an attribute can have, none where any can be."""
    return tuple(reader.image_schema.get(name, {}).get("enum") or ())


def visibility_with_members(reader: TenantReader) -> str:
    """Return the visibility of images that have members: before Ocata Glance calls them private."""
    return _SHARED if _SHARED in (offered(VISIBILITY, reader) or (_SHARED,)) else _PRIVATE


def creation(record: Record, reader: TenantReader) -> Decision:
    """Return the decision to create an image with what the cloud's Glance knows.

    Images for all projects, or shared ones, become private where there is no such thing: nothing
    else is as narrow. One with members is as it was there.
    """
    fields, name = record.fields, reader.cloud.name
    resolution: dict[str, Any] = {}
    losses = []
    if (visibility := fields.get(VISIBILITY)) not in (offered(VISIBILITY, reader) or (visibility,)):
        resolution[VISIBILITY] = _PRIVATE
        if not (visibility == _SHARED and fields["members"]):
            reason = f"Glance of cloud {name} has no {visibility} images: the copy is private."
            losses.append(Loss(field=VISIBILITY, value=visibility, reason=reason))
    if fields.get(HIDDEN) and HIDDEN not in reader.image_schema:
        resolution[HIDDEN] = False
        reason = f"Glance of cloud {name} hides no images."
        losses.append(Loss(field=HIDDEN, value=True, reason=reason))
    return Decision(resolution=resolution, losses=losses)


def attributes_there(record: Record, resolution: Mapping[str, Any]) -> dict[str, Any]:
    """Return the visibility of the copy, and that it is hidden if it is."""
    visibility = resolution.get(VISIBILITY, record.fields[VISIBILITY])
    is_hidden = record.fields.get(HIDDEN) and resolution.get(HIDDEN, True)
    return {VISIBILITY: visibility, **({HIDDEN: True} if is_hidden else {})}
