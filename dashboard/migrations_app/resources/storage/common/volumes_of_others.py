"""Which volume of somebody else was made from an image on the destination."""

from typing import Any

from dashboard.migrations_app.resources.work import Work

# from here on volumes can be asked for by their image
_FILTERING = "3.4"


def volume_of_others(work: Work) -> str:
    """Return the id of a volume that was made from the copy of an image and is not this plan's.

    "" without one. With Ceph such a volume rests on the image, whose deletion is refused then.
    """
    cloud = work.destination
    query: dict[str, Any] = {"all_tenants": 1}
    microversion = ""
    if cloud.supports("block_storage", _FILTERING):
        query["glance_metadata"] = str({"image_id": work.destination_id})
        microversion = _FILTERING
    volumes = cloud.list(
        "block_storage", "/volumes/detail", "volumes", microversion=microversion, **query
    )
    for volume in volumes:
        image_id = volume.get("volume_image_metadata", {}).get("image_id")
        if image_id == work.destination_id and not work.is_ours("volume", volume["id"]):
            return str(volume["id"])
    return ""
