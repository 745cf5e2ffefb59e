"""What the destination's Nova will not take of a server, by the microversions that it has."""

from collections.abc import Iterable

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.compute.server.attaching import DELETION_AT_ATTACHING
from dashboard.migrations_app.resources.compute.server.devices import (
    PORT_TAGS,
    TAGS_AT_BOOT_SINCE,
    VOLUME_TAGS,
    VOLUME_TAGS_SINCE,
)
from dashboard.migrations_app.resources.compute.server.host_names import host_name_losses
from dashboard.migrations_app.resources.compute.server.locks import LOCKED, REASON, REASONS_SINCE
from dashboard.migrations_app.resources.key_names import accepts_key_name
from dashboard.migrations_app.resources.records import Loss, Record

TAGS_SINCE, TAGS_AT_BOOT = "2.26", "2.52"
# attributes that servers have only from a microversion on
SINCE = {
    **{"description": "2.19", "tags": TAGS_SINCE, "trusted_image_certificates": "2.63"},
    **{LOCKED: "2.9", REASON: REASONS_SINCE},
    **{PORT_TAGS: TAGS_AT_BOOT_SINCE, VOLUME_TAGS: VOLUME_TAGS_SINCE},
}
# and those that a create call takes only from a microversion on
AT_BOOT_SINCE = {**SINCE, "tags": TAGS_AT_BOOT}
_DELETED = "deleted_volumes"


def refused_losses(record: Record, cloud: CloudSession) -> Iterable[Loss]:
    """Return the loss of all that a cloud's Nova takes from nobody."""
    yield from host_name_losses(record, cloud)
    fields, reason = record.fields, f"Nova of cloud {cloud.name} is too old for it."
    for name, since in SINCE.items():
        if fields.get(name) and not cloud.supports("compute", since):
            yield Loss(field=name, value=fields[name], reason=reason)
    data = {*fields.get(_DELETED, ())} - {fields["root_volume"]}
    if data and not cloud.supports("compute", DELETION_AT_ATTACHING):
        reason = f"{reason} Data volumes are not deleted with the copy."
        yield Loss(field=_DELETED, value=sorted(data), reason=reason)
    key_name = fields.get("key_name")
    if key_name and not accepts_key_name(key_name, cloud):
        reason = f"Nova of cloud {cloud.name} accepts no key of that name. The guest has it."
        yield Loss(field="key_name", value=key_name, reason=reason)
