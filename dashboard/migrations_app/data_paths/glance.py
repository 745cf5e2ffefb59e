"""Glance stream: an image of the disk in the source, its bytes copied, a disk made of the copy.

It needs nothing but the public APIs of Glance, and everything that was ever written passes through.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from dashboard.migrations_app.data_paths.common.rooms import copies
from dashboard.migrations_app.data_paths.common.uses import are_halted, uses_of
from dashboard.migrations_app.resources.compute.server.capture import capture_disk, snapshot_name
from dashboard.migrations_app.resources.compute.server.states import SHUTOFF
from dashboard.migrations_app.resources.data_path import Cost, DataPath, Disk, Room, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import temporary_images, volume_capture
from dashboard.migrations_app.resources.storage.common.volume_creating import create_from_image
from dashboard.migrations_app.resources.work import Work

SERVER = "server"
SEEN = "seen_uses"
"""Stage data: how the disk's servers were when it was captured ahead."""
AHEAD = "copied_ahead"
"""Stage data: the same, once the disk was copied ahead."""


class GlanceStream(DataPath):
    """Copies the disk as an image, through this machine."""

    name = "glance"
    title = "Glance stream"

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if self.prepares(disk) or not disk.servers:
            why = "No server that has it runs: it is copied before the cutover."
            return Cost(why=why, ahead=disk.size)
        return Cost(why="It needs nothing but Glance on both sides.", cutover=disk.size)

    @override
    def rooms(
        self, disk: Disk, source: TenantReader, destination: TenantReader, checksums: str
    ) -> tuple[Room, Room]:
        """Return the room for a copy of a volume in use: only through one it can be read."""
        if disk.record.fields.get("status") != "in-use":
            return Room(), Room()
        return Room(passing=copies(disk.record.fields["size"], volumes=1, snapshots=1)), Room()

    @override
    def prepares(self, disk: Disk) -> bool:
        """Return whether the disk's servers are halted: nobody writes to it until the cutover.

        The disk of a shelved server is an image already, which is found when it is its turn.
        """
        is_shelved = disk.record.type == SERVER and disk.record.fields["status"] != SHUTOFF
        return bool(disk.servers) and disk.halted and not is_shelved

    @override
    def prepare(self, work: Work) -> None:
        """Copy the disk, and store what tells whether somebody has used it since."""
        if work.stage_data.get(AHEAD):
            return
        if not work.stage_data.get(SEEN):
            if not are_halted(work):
                return
            self._see(work)
        if work.record.type != SERVER:
            self._take(work)
        self.transfer(work)
        work.save(**{AHEAD: work.stage_data[SEEN]})

    def _see(self, work: Work) -> None:
        """Store how the disk's servers are, so that a use while it is copied is one since.

        Nova's snapshot of a server is a change of it as well, but lets nobody start it meanwhile:
        that comes first. Of one by an attempt that died nobody knows what was used since.
        """
        if work.record.type == SERVER:
            if work.resumed:
                self.undo_capture(work)
            self._take(work)
        work.save(**{SEEN: uses_of(work)})

    @override
    def undo_prepare(self, work: Work) -> None:
        work.save(**{AHEAD: {}, SEEN: {}})
        self.undo_transfer(work)
        self.undo_capture(work)

    @override
    def capture(self, work: Work) -> None:
        """Make an image of the disk in the source, unless it was copied ahead and is as it was."""
        ahead = work.stage_data.get(AHEAD)
        if ahead and ahead == uses_of(work):
            work.log(f"{work.record.title} is as it was when it was copied ahead.")
            return
        if ahead:
            work.log(f"A server has used {work.record.title} since it was copied ahead.")
            temporary_images.remove_from_source(work, _name_in_source(work))
            work.save(**{AHEAD: {}, SEEN: {}})
        self._take(work)

    def _take(self, work: Work) -> None:
        if work.record.type == SERVER:
            capture_disk(work)
        else:
            volume_capture.capture_volume(work)

    @override
    def undo_capture(self, work: Work) -> None:
        """Remove the image and what it was made from; what was copied ahead is undone with that."""
        if work.stage_data.get(AHEAD):
            return
        temporary_images.remove_from_source(work, _name_in_source(work))
        volume_capture.remove_copy(work)
        volume_capture.restore_reservation(work)

    @override
    def transfer(self, work: Work) -> None:
        """Copy the image, whose bytes are hashed on both sides."""
        temporary_images.transfer(work)

    @override
    def undo_transfer(self, work: Work) -> None:
        if not work.stage_data.get(AHEAD):
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
