"""Compares a server with its copy where that takes more than equal values."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.compute.server.base_image import is_base_image_kept
from dashboard.migrations_app.resources.compute.server.devices import (
    OF_DEVICES,
    device_differences,
)
from dashboard.migrations_app.resources.compute.server.states import SHELVES
from dashboard.migrations_app.resources.compute.server.zones import ZONE, is_any_zone
from dashboard.migrations_app.resources.records import Difference, IdLookup, Record

# guests see these in an order that must stay
ORDERED = {"ports": "port", "volumes": "volume"}


def is_compared_as_value(source: Record, destination: Record, field: str) -> bool:
    """Return whether a field is compared by its mere value."""
    if field == "status":
        # a Nova takes shelved servers off their hosts by itself
        return not {source.fields["status"], destination.fields["status"]} <= {*SHELVES}
    if field == ZONE:
        return not is_any_zone(source.fields[ZONE])
    return field not in ("image", *ORDERED, *OF_DEVICES)


def special_differences(
    source: Record, destination: Record, destination_id_of: IdLookup
) -> Iterable[Difference]:
    """Return the differences in the fields that are not compared by their mere values."""
    ours, theirs = source.fields, destination.fields
    if not is_base_image_kept(ours, theirs, destination_id_of):
        yield Difference(field="image", source=ours["image"], destination=theirs["image"])
    yield from device_differences(ours, theirs, destination_id_of)
    for name, type_name in ORDERED.items():
        expected = [destination_id_of(type_name, id_) for id_ in ours[name]]
        if expected != theirs[name]:
            yield Difference(field=name, source=expected, destination=theirs[name])
