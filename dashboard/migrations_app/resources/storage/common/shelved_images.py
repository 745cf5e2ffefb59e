"""The images that are the disks of shelved servers.

Nova names such an image after its server, and deletes it when the server is unshelved or deleted.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from dashboard.clients.openstack import CloudSession, Json

SHELVED_IMAGE = "shelved_image"
"""In a server's stage data: the id of the image that is its disk."""
_OF_SERVER, _TYPE = "instance_uuid", "image_type"
_STATES = ("SHELVED", "SHELVED_OFFLOADED")


def shelved_image(cloud: CloudSession, server: Mapping[str, Any]) -> Json | None:
    """Return the image that is the disk of a shelved server, None if Glance has none.

    A server may have been renamed since: then it is the newest one that is named like one.
    """
    query = {_OF_SERVER: server["id"], _TYPE: "snapshot"}
    found = [*cloud.list("image", "/images", "images", **query)]
    named = [each for each in found if each["name"] == f"{server['name']}-shelved"]
    named = named or [each for each in found if (each["name"] or "").endswith("-shelved")]
    return max(named, key=lambda each: str(each["created_at"]), default=None)


def shelved_image_ids(servers: Iterable[Json], images: Iterable[Json]) -> set[str]:
    """Return the ids of those images that are disks of shelved servers."""
    shelved = {server["id"] for server in servers if server["status"] in _STATES}
    return {
        image["id"]
        for image in images
        if image.get(_OF_SERVER) in shelved and (image.get("name") or "").endswith("-shelved")
    }
