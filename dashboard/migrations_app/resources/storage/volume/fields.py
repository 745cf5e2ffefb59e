"""What Cinder's answer tells of a volume, in a form in which two clouds can be compared."""

from collections.abc import Iterable

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.records import MARKER, Loss, Record
from dashboard.migrations_app.resources.storage.common.image_keys import OF_VOLUME_KEYS
from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY

IMAGE_METADATA = "volume_image_metadata"
READ_ONLY = "readonly"
_LONGEST_METADATA, _LONG_METADATA_SINCE = 255, "3.71"
# Cinder's own notes, which administrators see among the metadata of users
_NOTES = frozenset({READ_ONLY, "attached_mode", MARKER})


def refused_metadata(record: Record, cloud: CloudSession) -> set[str]:
    """Return the keys of image metadata that Cinder of a cloud refuses to set: LP#1988942.

    Before 2023.2, whose microversion is 3.71, a value has at most 255 characters. A longer one may
    be there all the same: Cinder takes it from the image that a volume is made from.
    """
    if cloud.supports("block_storage", _LONG_METADATA_SINCE):
        return set()
    values = record.fields[IMAGE_METADATA].items()
    return {key for key, value in values if len(value) > _LONGEST_METADATA}


def metadata_losses(record: Record, cloud: CloudSession) -> Iterable[Loss]:
    """Return the loss of the image metadata that Cinder of a cloud refuses."""
    if refused := sorted(refused_metadata(record, cloud)):
        reason = f"Cinder of cloud {cloud.name} accepts no value over {_LONGEST_METADATA} letters."
        yield Loss(field=IMAGE_METADATA, value=refused, reason=reason)


def volume_fields(volume: Json) -> Json:
    """Return the volume's attributes, with users' metadata apart from Cinder's own notes."""
    metadata = volume["metadata"]
    of_image = {
        key: value
        for key, value in volume.get(IMAGE_METADATA, {}).items()
        if key not in ("image_id", TEMPORARY, *OF_VOLUME_KEYS)
    }
    return {
        **volume,
        "metadata": {key: value for key, value in metadata.items() if key not in _NOTES},
        READ_ONLY: str(metadata.get(READ_ONLY)).lower() == "true",
        IMAGE_METADATA: of_image,
        "server_ids": [each["server_id"] for each in volume["attachments"] if each["server_id"]],
    }
