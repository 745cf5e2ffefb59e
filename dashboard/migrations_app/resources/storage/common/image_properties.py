"""Which attributes of an image are true on another cloud. By rule: users may add properties.

Nova and Cinder note in a snapshot's image what is true of their own objects, and Glance and
openstacksdk what is true of the stored bytes; none of that holds elsewhere.
"""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.attributes import is_empty
from dashboard.migrations_app.resources.records import MARKER

TEMPORARY = "pumphouse_temporary"
COPIED = ("name", "disk_format", "container_format", "visibility", "min_disk", "min_ram")
OPTIONAL = ("os_hidden", "tags", "protected")
REFERENCES = ("kernel_id", "ramdisk_id")
OWN = (
    *("id", "status", "virtual_size", "os_hash_algo", "os_hash_value"),
    *("created_at", "updated_at", "deleted_at", "self", "file", "schema", "direct_url"),
    *("locations", "stores", "owner", "owner_id", "owner_user_name", "owner_project_name"),
    *("user_id", "instance_uuid", "base_image_ref", "image_location", "image_state"),
    *("boot_roles", "base_image_properties", MARKER, TEMPORARY),
)
DATA = ("size", "checksum")
_RESERVED = ("os_glance_", "os_hash_", "owner_specified.")
_ATTRIBUTES = frozenset((*COPIED, *OPTIONAL, *REFERENCES, *OWN, *DATA))


def properties_of(image: Mapping[str, Any]) -> Json:
    """Return the properties that users have set and that hold on any cloud."""
    return {
        name: value
        for name, value in image.items()
        if name not in _ATTRIBUTES and not name.startswith(_RESERVED) and not is_empty(value)
    }


def attributes_of(image: Mapping[str, Any]) -> Json:
    """Return the attributes that every image has."""
    return {name: value for name, value in image.items() if name in _ATTRIBUTES}
