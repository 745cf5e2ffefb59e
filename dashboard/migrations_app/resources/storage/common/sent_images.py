"""Bytes that the destination has already: sent before for the same disk, or in an equal image."""

from collections.abc import Mapping
from typing import Any

from dashboard.clients.image_stream import COMMON_ALGORITHM, told_digest
from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.storage.common.image_keys import VOLUME_KEY
from dashboard.migrations_app.resources.storage.common.image_properties import (
    REFERENCES,
    TEMPORARY,
    properties_of,
)
from dashboard.migrations_app.resources.storage.common.temporary_names import is_temporary
from dashboard.migrations_app.resources.work import Work

SENT = "sent_image"
"""Stage data: the source's image whose bytes were sent."""

TAKEN = "taken_image"
"""Stage data: whether the image on the destination was there already, and stays."""

_FORMATS = ("disk_format", "container_format", "min_disk", "min_ram")


def is_sent(work: Work, image_id: str) -> bool:
    """Return whether the destination has the bytes of the disk's image in the source.

    They may have been sent from an earlier image of the disk with the same hash.
    """
    data = work.stage_data
    if not data.get("digest"):
        return False
    if data.get(SENT, image_id) == image_id:
        return True
    image = work.source.get("image", f"/images/{image_id}")
    algorithm, value = told_digest(image)
    if image.get(VOLUME_KEY) or not value or data["digest"] != f"{algorithm}:{value}":
        return False
    work.save(**{SENT: image_id})
    work.log(f"{work.record.title} has not changed since its data was sent: {data['digest']}.")
    return True


def take_equal(work: Work, image: Mapping[str, Any], body: Json) -> bool:
    """Take an image of the destination that is equal in bytes, formats and properties, if any.

    Of those that stay there: public ones, and those that the tenant's own project has without us.
    Before Rocky no Glance tells a hash by which bytes can be trusted to be equal.
    """
    algorithm, value = told_digest(image)
    if algorithm == COMMON_ALGORITHM or image.get(VOLUME_KEY):
        return False
    query = {"os_hash_value": value, "status": "active"}
    listed = work.destination.list("image", "/images", "images", **query)
    equal = (each for each in listed if _is_equal(each, image, body))
    found = next((each for each in equal if not work.is_ours("image", each["id"])), None)
    if found is None:
        return False
    told = {SENT: str(image["id"]), TAKEN: True}
    digest = f"{algorithm}:{value}"
    work.save(destination_image=found["id"], digest=digest, size=image["size"], **told)
    work.log(f"Cloud {work.destination.name} has image {found['id']} with the same bytes: taken.")
    return True


def _is_equal(found: Mapping[str, Any], image: Mapping[str, Any], body: Json) -> bool:
    if is_temporary(found) or found.get("os_hash_algo") != image["os_hash_algo"]:
        return False
    names = (*_FORMATS, *REFERENCES)
    is_usable = found["visibility"] == "public" or found["owner"] == body["owner"]
    same = all(found.get(name) == body.get(name) for name in names)
    ours = {name: value for name, value in properties_of(body).items() if name != TEMPORARY}
    return is_usable and same and found["size"] == image["size"] and properties_of(found) == ours
