"""Moves the data of servers and volumes: captured in an image of the source, copied, removed.

The images are recognized by their names. Until the ledger has the id, the property ``TEMPORARY``
says whose they are, so that what a crash left behind is found again. It is taken off the
destination's: Nova hands the properties of the image that a server boots from on to the snapshots
that tenants make of it.
"""

import logging
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from dashboard.clients.image_stream import copy_image
from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.storage.common.image_keys import unsigned, without_keys
from dashboard.migrations_app.resources.storage.common.image_patches import remove_property
from dashboard.migrations_app.resources.storage.common.image_properties import (
    REFERENCES,
    TEMPORARY,
    properties_of,
)
from dashboard.migrations_app.resources.storage.common.removing import DeletionFailed
from dashboard.migrations_app.resources.storage.common.sent_images import (
    SENT,
    TAKEN,
    is_sent,
    take_equal,
)
from dashboard.migrations_app.resources.storage.common.shelved_images import SHELVED_IMAGE
from dashboard.migrations_app.resources.storage.common.volume_keys import (
    remove_key_here,
    remove_key_there,
    source_of,
    with_copied_key,
)
from dashboard.migrations_app.resources.work import Work

CAPTURE_SECONDS = 12 * 3600


def image_name(record: Record) -> str:
    """Return the name of the object's temporary image on the destination."""
    return f"pumphouse-{record.type}-{record.id}-image"


def label(work: Work) -> str:
    """Return the value of ``TEMPORARY`` that marks the object's temporary images."""
    return f"{work.record.type}:{work.marker}"


def find_image(cloud: CloudSession, **query: Any) -> Json | None:
    """Return the first image with those attributes, which may be properties."""
    return next(iter(cloud.list("image", "/images", "images", **query)), None)


def await_captured(work: Work, image_id: str, *, is_busy: Callable[[], bool], what: str) -> None:
    """Wait until an image that Nova or Cinder fills is active.

    Raises ``Retryable`` if that failed: the image is gone, or stays queued although ``is_busy``
    says that nothing fills it any more.
    """

    def captured() -> bool | None:
        idle = not is_busy()
        image = work.source.find("image", f"/images/{image_id}") or {}
        status = image.get("status", "deleted")
        if status == "active":
            return True
        if idle or status in ("killed", "deleted"):
            _delete(work.source, image_id)
            raise Retryable(f"Cloud {work.source.name} failed to make {what}: it is {status}.")
        return None

    poll_until(captured, what=f"{what} to become active", seconds=CAPTURE_SECONDS, check=work.check)


def transfer(work: Work) -> None:
    """Copy the captured image to the destination, owned by the tenant, and store its digest.

    Bytes that were sent before are not sent again, nor those of an equal image that is there.
    """
    captured = work.stage_data.get(SHELVED_IMAGE) or work.stage_data["source_image"]
    if not is_sent(work, captured):
        _copy(work, captured)
    if not work.stage_data.get(TAKEN):
        remove_property(work.destination, work.stage_data["destination_image"], TEMPORARY)


def _copy(work: Work, captured: str) -> None:
    if work.stage_data.get("digest"):
        undo_transfer(work)
    elif work.resumed:
        _remove(work.destination, **{TEMPORARY: label(work)})
    image = work.source.get("image", f"/images/{captured}")
    if take_equal(work, image, _body(work, image)):
        return
    image_id, digest = copy_image(
        work.source,
        image,
        work.destination,
        with_copied_key(work, image, _body(work, image)),
        progress=work.progress,
        check=work.check,
    )
    work.save(destination_image=image_id, digest=str(digest), size=digest.size, **{SENT: captured})
    what = f"{work.record.type.replace('_', ' ')} {work.record.title}"
    work.log(f"Copied {digest.size} bytes of {what}, {digest}.")


def leftovers(stage_data: Mapping[str, Any]) -> Iterable[str]:
    """Return in words which temporary images there may be, by what earlier stages stored."""
    for key, place in (("source_image", "source"), ("destination_image", "destination")):
        is_taken = key == "destination_image" and stage_data.get(TAKEN)
        if (image_id := stage_data.get(key)) and not is_taken:
            yield f"temporary image {image_id} removed from the {place}"


def remove_from_source(work: Work, name: str) -> None:
    """Delete the object's temporary image from the source, by its name if no id was stored."""
    if image_id := work.stage_data.get("source_image"):
        _delete(source_of(work), image_id)
    elif work.resumed:
        _remove(source_of(work), name=name)
    remove_key_here(work)
    work.save(source_image="")


def remove_from_destination(work: Work) -> None:
    """Delete the object's temporary image from the destination; one that was taken stays."""
    if work.stage_data.get(TAKEN):
        work.save(**{TAKEN: False}, destination_image="")
    if image_id := work.stage_data.get("destination_image"):
        _delete(work.destination, image_id)
    elif work.resumed:
        _remove(work.destination, **{TEMPORARY: label(work)})
    remove_key_there(work)
    work.save(destination_image="")


def clean_up_destination(work: Work) -> None:
    """Delete the object's temporary image from the destination, unless something rests on it.

    With Ceph a server's disk is a clone of the image it was booted from, and Glance answers 409
    while it is there (LP#1959186). The move is complete all the same: the image is named in the
    log, and finalizing tries again. A rollback deletes it after the server.
    """
    image_id = work.stage_data.get("destination_image")
    what = f"temporary image {image_id or ''} on cloud {work.destination.name}"
    unless_refused(work, remove_from_destination, what=what)


def unless_refused(work: Work, remove: Callable[[Work], None], *, what: str) -> None:
    """Remove what a move has left; where the cloud refuses, it is named in the log and stays.

    A cloud that does not answer has refused nothing: that is retried.
    """
    try:
        remove(work)
    except (NeedsOperator, DeletionFailed) as error:
        work.log(
            f"Kept {what}: {error.sentence} Delete it when nothing rests on it any more.",
            level=logging.WARNING,
        )


def undo_transfer(work: Work) -> None:
    """Delete the copied image from the destination, so that it can be copied again."""
    remove_from_destination(work)
    work.save(digest="", size=0)


def _body(work: Work, image: Mapping[str, Any]) -> Json:
    body: Json = {
        **without_keys(unsigned(properties_of(image))),
        "name": image_name(work.record),
        "disk_format": image["disk_format"],
        "container_format": image["container_format"],
        "min_disk": image["min_disk"],
        "min_ram": image["min_ram"],
        "owner": work.project_id,
        "visibility": "private",
        TEMPORARY: label(work),
    }
    for name in REFERENCES:
        if image.get(name):
            body[name] = work.destination_id_of("image", image[name])
    return body


def _remove(cloud: CloudSession, **query: Any) -> None:
    for image in cloud.list("image", "/images", "images", **query):
        _delete(cloud, image["id"])


def _delete(cloud: CloudSession, image_id: str) -> None:
    """Delete an image. Glance shows administrators what it has deleted, and refuses to again."""
    path = f"/images/{image_id}"
    try:
        cloud.delete("image", path)
    except NeedsOperator:
        if (cloud.find("image", path) or {}).get("status") != "deleted":
            raise
