"""The fields of a server, by microversion, and its states."""

import hashlib
from typing import Any

from tests.support.cloud.fields import Field
from tests.support.cloud.messages import Json

ATTR = "OS-EXT-SRV-ATTR:"


def _state(status: str, vm_state: str, power: int) -> Json:
    return {
        "status": status,
        "OS-EXT-STS:vm_state": vm_state,
        "OS-EXT-STS:power_state": power,
        "OS-EXT-STS:task_state": None,
    }


STATES = {
    "BUILD": {**_state("BUILD", "building", 0), "OS-EXT-STS:task_state": "scheduling"},
    "ACTIVE": _state("ACTIVE", "active", 1),
    "SHUTOFF": _state("SHUTOFF", "stopped", 4),
    "PAUSED": _state("PAUSED", "paused", 3),
    "SUSPENDED": _state("SUSPENDED", "suspended", 4),
    "ERROR": _state("ERROR", "error", 0),
    "RESCUE": _state("RESCUE", "rescued", 1),
    "SHELVED": _state("SHELVED", "shelved", 4),
    "SHELVED_OFFLOADED": _state("SHELVED_OFFLOADED", "shelved_offloaded", 4),
    "SOFT_DELETED": _state("SOFT_DELETED", "soft-delete", 4),
    "VERIFY_RESIZE": _state("VERIFY_RESIZE", "resized", 1),
}
# the states in which a server tells its progress
IN_PROGRESS = ("ACTIVE", "BUILD", "VERIFY_RESIZE")


def _since(version: str, default: Any = None, **options: Any) -> Field:
    return Field(default=default, since=version, **options)


FIELDS: dict[str, Any] = {
    **{"id": "", "name": "", "tenant_id": "", "user_id": "", "metadata": {}, "links": []},
    **{"image": "", "flavor": {}, "addresses": {}, "security_groups": [], "key_name": None},
    **{"accessIPv4": "", "accessIPv6": "", "config_drive": "", "created": "", "updated": ""},
    **{"hostId": "", "OS-DCF:diskConfig": "MANUAL", "OS-EXT-AZ:availability_zone": ""},
    **{"OS-SRV-USG:launched_at": None, "OS-SRV-USG:terminated_at": None},
    **STATES["BUILD"],
    "os-extended-volumes:volumes_attached": [],
    "progress": 0,
    "fault": Field(is_optional=True),
    f"{ATTR}host": Field(for_admin=True),
    f"{ATTR}hypervisor_hostname": Field(for_admin=True),
    f"{ATTR}instance_name": Field(default="", for_admin=True),
    f"{ATTR}hostname": _since("2.3", ""),
    f"{ATTR}kernel_id": _since("2.3", "", for_admin=True),
    f"{ATTR}ramdisk_id": _since("2.3", "", for_admin=True),
    f"{ATTR}launch_index": _since("2.3", 0, for_admin=True),
    f"{ATTR}reservation_id": _since("2.3", "", for_admin=True),
    f"{ATTR}root_device_name": _since("2.3", "/dev/vda", for_admin=True),
    f"{ATTR}user_data": _since("2.3", None, for_admin=True),
    "locked": _since("2.9", False),
    "host_status": _since("2.16", "UP", for_admin=True),
    "description": _since("2.19"),
    "tags": _since("2.26", []),
    "trusted_image_certificates": _since("2.63"),
    "server_groups": _since("2.71", []),
    "locked_reason": _since("2.73"),
    "pinned_availability_zone": _since("2.96"),
    "scheduler_hints": _since("2.100", {}),
}


def host_id(row: Json) -> str:
    """Return the digest by which a project can tell its servers' hosts apart."""
    told = f"{row['tenant_id']}{row['OS-EXT-SRV-ATTR:host']}"
    return hashlib.sha224(told.encode(), usedforsecurity=False).hexdigest()
