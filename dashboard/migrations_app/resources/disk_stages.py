"""The stages by which the data of a disk goes: each is done by the path that the plan chose."""

from dashboard.migrations_app.resources.work import Work


class DiskStages:
    """Stages of a type whose objects have a disk that is copied.

    A type whose object may have none overrides ``capture`` and ``transfer``.
    """

    def prepare(self, work: Work) -> None:
        """Copy ahead what the path can: nobody writes to it until the cutover."""
        work.data_path.prepare(work)

    def undo_prepare(self, work: Work) -> None:
        """Remove what was copied ahead."""
        work.data_path.undo_prepare(work)

    def capture(self, work: Work) -> None:
        """Take the state of the disk in the source."""
        work.data_path.capture(work)

    def undo_capture(self, work: Work) -> None:
        """Remove what was taken."""
        work.data_path.undo_capture(work)

    def transfer(self, work: Work) -> None:
        """Bring that state to the destination."""
        work.data_path.transfer(work)

    def compare(self, work: Work) -> None:
        """Compare the bytes of both sides."""
        work.data_path.compare(work)

    def undo_transfer(self, work: Work) -> None:
        """Remove what was brought to the destination."""
        work.data_path.undo_transfer(work)
