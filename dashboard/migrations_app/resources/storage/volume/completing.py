"""Sets what a volume that was made from an image does not have from the source's volume."""

from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.storage.common.volume_creating import take_off_marker
from dashboard.migrations_app.resources.storage.volume.fields import (
    IMAGE_METADATA,
    READ_ONLY,
    refused_metadata,
)
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"


def complete_volume(work: Work) -> None:
    """Take off the marker, and set what a volume from an image does not have from the source's.

    Nova boots by that.
    """
    take_off_marker(work)
    fields = work.record.fields
    volume = work.destination.get(_SERVICE, f"/volumes/{work.destination_id}", "volume")
    if volume["bootable"] != fields["bootable"]:
        _act(work, "os-set_bootable", {"bootable": fields["bootable"] == "true"})
    if fields[READ_ONLY]:
        _act(work, "os-update_readonly_flag", {"readonly": True})
    _set_image_metadata(work, volume)


def _set_image_metadata(work: Work, volume: Json) -> None:
    """Set the image properties of the source's volume (UEFI, disk bus, …)."""
    wanted = work.record.fields[IMAGE_METADATA]
    found = volume.get(IMAGE_METADATA, {})
    for key in found.keys() - wanted.keys():
        _act(work, "os-unset_image_metadata", {"key": key})
    refused = refused_metadata(work.record, work.destination)
    if new := {key: wanted[key] for key, _ in wanted.items() - found.items() if key not in refused}:
        _act(work, "os-set_image_metadata", {"metadata": new})


def _act(work: Work, action: str, arguments: Any) -> None:
    path = f"/volumes/{work.destination_id}/action"
    work.destination.post(_SERVICE, path, {action: arguments})
