"""Glance stream: an image of the disk in the source, its bytes copied, a disk made of the copy.

It needs nothing but the public APIs of Glance, and everything that was ever written passes through.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from dashboard.migrations_app.resources.compute.server.capture import capture_disk, snapshot_name
from dashboard.migrations_app.resources.data_path import Cost, DataPath, Disk, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import temporary_images, volume_capture
from dashboard.migrations_app.resources.storage.common.volume_creating import create_from_image
from dashboard.migrations_app.resources.work import Work

SERVER = "server"


class GlanceStream(DataPath):
    """Copies the disk as an image, through this machine."""

    name = "glance"
    title = "Glance stream"

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        return Cost(why="It needs nothing but Glance on both sides.", cutover=disk.size)

    @override
    def capture(self, work: Work) -> None:
        """Make an image of the disk in the source."""
        if work.record.type == SERVER:
            capture_disk(work)
        else:
            volume_capture.capture_volume(work)

    @override
    def undo_capture(self, work: Work) -> None:
        temporary_images.remove_from_source(work, _name_in_source(work))
        volume_capture.remove_copy(work)

    @override
    def transfer(self, work: Work) -> None:
        """Copy the image, whose bytes are hashed on both sides."""
        temporary_images.transfer(work)

    @override
    def undo_transfer(self, work: Work) -> None:
        temporary_images.undo_transfer(work)

    @override
    def create(self, work: Work) -> str:
        return create_from_image(work)

    @override
    def cleanup(self, work: Work) -> None:
        temporary_images.clean_up_destination(work)
        temporary_images.remove_from_source(work, _name_in_source(work))
        volume_capture.clean_up_copy(work)

    @override
    def release(self, work: Work) -> None:
        temporary_images.clean_up_destination(work)
        volume_capture.clean_up_copy(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        yield from temporary_images.leftovers(stage_data)
        if stage_data.get("copied"):
            yield "its copy and snapshot removed from the operator's project in the source"


def _name_in_source(work: Work) -> str:
    """Return what the disk's image is called in the source: Nova's snapshots as Nova calls them."""
    is_server = work.record.type == SERVER
    return snapshot_name(work) if is_server else temporary_images.image_name(work.record)
