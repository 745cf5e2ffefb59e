"""What paths share that bring a volume ahead, and in the cutover only what has changed since."""

import time

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common.passes import (
    AHEAD,
    CUTOVER,
    LONG_SECONDS,
    MEANWHILE,
)
from dashboard.migrations_app.data_paths.common.staging import remove_staged, staged_volume
from dashboard.migrations_app.resources.data_path import DataPath, Disk
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.work import Work

STAGED = "staged_volume"
"""Stage data: the volume of the destination that gets the changes, by its id."""


class DeltaPath(DataPath):
    """Brings a volume in passes, of which the last one is in the cutover.

    A subclass says how a pass is taken, brought, and forgotten; each may be asked for again.
    """

    def take(self, work: Work, pass_: str) -> None:
        """Take the state that the source has now, unless that pass was taken."""
        raise NotImplementedError

    def bring(self, work: Work) -> None:
        """Bring into the destination's volume what it has not of the passes, in their order."""
        raise NotImplementedError

    def forget(self, work: Work) -> None:
        """Remove what was taken in all passes, on both sides."""
        raise NotImplementedError

    def stage(self, work: Work) -> None:
        """Make the volume that gets the data, unless it is there."""
        if not work.stage_data.get(STAGED):
            work.save(**{STAGED: staged_volume(work)})

    @override
    def prepares(self, disk: Disk) -> bool:
        return True

    @override
    def prepare(self, work: Work) -> None:
        """Bring all of the volume, and what changed meanwhile where that took long."""
        begun = time.monotonic()
        self.take(work, AHEAD)
        self.bring(work)
        if time.monotonic() - begun > LONG_SECONDS:
            self.take(work, MEANWHILE)
            self.bring(work)

    @override
    def undo_prepare(self, work: Work) -> None:
        """Remove the volume, unless it is the copy that is removed itself, and what was taken."""
        self.forget(work)
        remove_staged(work)
        work.save(**{STAGED: ""})

    @override
    def capture(self, work: Work) -> None:
        """Take the last pass: the server is down."""
        self.take(work, CUTOVER)

    @override
    def undo_transfer(self, work: Work) -> None:
        """Leave the volume: it goes with what was prepared."""

    @override
    def create(self, work: Work) -> str:
        return str(work.stage_data[STAGED])

    @override
    def cleanup(self, work: Work) -> None:
        self.forget(work)


def snapshot_as_planned(work: Work, suffix: str = "snapshot") -> Json:
    """Return a snapshot of the volume. Raises ``NeedsOperator`` if it was resized since the plan:
    the destination's has its old size."""
    snapshot = volume_capture.snapshot_of(work, suffix)
    if snapshot["size"] != work.record.fields["size"]:
        raise NeedsOperator(
            f"Volume {work.record.title} has been resized since the plan.",
            fix="Roll back, and plan again.",
        )
    return snapshot
