"""The image that a server was first booted from.

Nova lets nobody set it: it shows the temporary image that a copy was booted from, which is deleted
when the move is complete. The copy keeps the image that the source's server had as metadata, under
the name that Nova gives it among the properties of snapshots.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.records import INFO, Finding, IdLookup, Record
from dashboard.migrations_app.resources.work import Work

BASE_IMAGE = "base_image_ref"


def base_image_of(server: Json) -> str:
    """Return the id of a server's base image, "" for one that boots from a volume."""
    shown = (server["image"] or {}).get("id", "")
    return str(server["metadata"].get(BASE_IMAGE) or shown)


def keep_base_image(work: Work) -> None:
    """Note the base image in the copy's metadata: its copy, or the source's id without one.

    It is lost where Nova takes no more metadata: the copy runs all the same.
    """
    source_id = work.record.fields["image"]
    if not source_id:
        return
    try:
        image_id = work.destination_id_of("image", source_id)
    except NeedsOperator:
        image_id = source_id
    path = f"/servers/{work.destination_id}/metadata"
    try:
        work.destination.post("compute", path, {"metadata": {BASE_IMAGE: image_id}})
    except NeedsOperator as error:
        work.lose("image", f"The copy has no metadata {BASE_IMAGE}: {error.sentence}")


def is_base_image_kept(
    source: Mapping[str, Any], destination: Mapping[str, Any], destination_id_of: IdLookup
) -> bool:
    """Return whether the copy's base image is the one of the source, or what has become of it."""
    image_id = source["image"]
    return destination["image"] in (image_id, destination_id_of("image", image_id))


def base_image_finding(records: Sequence[Record]) -> Finding | None:
    """Return what an operator should know about the base images of all servers; else None."""
    count = sum(1 for record in records if record.fields.get("image"))
    if not count:
        return None
    return Finding(
        severity=INFO,
        sentence=f"Nova shows the temporary image of their move as the image of {count} servers; "
        f"their metadata {BASE_IMAGE} has the image that they were booted from.",
    )
