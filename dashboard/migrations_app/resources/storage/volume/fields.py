"""What Cinder's answer tells of a volume, in a form in which two clouds can be compared."""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.records import MARKER
from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY

IMAGE_METADATA = "volume_image_metadata"
READ_ONLY = "readonly"
# Cinder's own notes, which administrators see among the metadata of users
_NOTES = frozenset({READ_ONLY, "attached_mode", MARKER})


def volume_fields(volume: Json) -> Json:
    """Return the volume's attributes, with users' metadata apart from Cinder's own notes."""
    metadata = volume["metadata"]
    of_image = {
        key: value
        for key, value in volume.get(IMAGE_METADATA, {}).items()
        if key not in ("image_id", TEMPORARY)
    }
    return {
        **volume,
        "metadata": {key: value for key, value in metadata.items() if key not in _NOTES},
        READ_ONLY: str(metadata.get(READ_ONLY)).lower() == "true",
        IMAGE_METADATA: of_image,
        "server_ids": [each["server_id"] for each in volume["attachments"] if each["server_id"]],
    }
