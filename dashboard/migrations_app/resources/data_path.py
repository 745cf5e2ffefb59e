"""What a data path is: the contract that every way for the data of a disk fulfils.

The paths are in ``migrations_app.data_paths``, one file each. A plan chooses one for each disk by
what both clouds can do, and what it would copy; the types of disks go the way that was chosen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar

from dashboard.migrations_app.resources.records import Difference, Loss, Record

if TYPE_CHECKING:
    from dashboard.migrations_app.resources.reader import TenantReader
    from dashboard.migrations_app.resources.work import Work

GIB = 1024**3

DATA_PATH = "data_path"
"""In the resolution of a disk: the path that was chosen for it, and why, as ``Chosen`` says it."""

DATA_PATHS = "data_paths"
"""The plan's option by which an operator chooses other paths."""


CHECKSUMS, SKIP, IMAGES = "checksums", "skip", "images"
"""The plan's option whether volumes are read again to be compared, and the choices not to, and to
do so by images where nothing else can."""

SUMS = "sums_of_bytes"
"""Stage data: the sums of both sides, with the snapshot of the source that was read."""

UNCOMPARED = "uncompared"
"""Stage data: why the bytes of both sides are not compared, "" if they are."""


@dataclass(frozen=True, kw_only=True)
class Disk:
    """A disk of the source that moves: a volume, or the own disk of a server.

    ``size`` is in bytes. One that is ``halted`` is written by nobody: none of its ``servers`` runs.
    ``replays`` says that it goes through the states of its snapshots on its way; ``volume_type`` is
    that of its copy, "" for the default one.
    """

    record: Record
    size: int
    halted: bool
    servers: Sequence[str] = ()
    replays: bool = False
    volume_type: str = ""


@dataclass(frozen=True, kw_only=True)
class Cost:
    """What a path copies of a disk at most, in bytes, and why it can be taken.

    ``ahead`` is copied before the cutover, ``cutover`` while the disk's server is down. ``reads``
    is what is read then to find out what to copy. ``losses`` are what the copy loses by this path.
    """

    why: str
    ahead: int = 0
    cutover: int = 0
    reads: int = 0
    losses: Sequence[Loss] = ()


PREPARES, COMPARES = "prepares", "compares"
"""Of a chosen path: whether it does something ahead, and whether it compares at the end."""


def is_demanded(resolution: Mapping[str, Any], what: str) -> bool:
    """Return whether the path that was chosen for a disk has something to do in such a stage."""
    chosen: Mapping[str, Any] = resolution.get(DATA_PATH) or {}
    return bool(chosen.get(what))


@dataclass(frozen=True, kw_only=True)
class Room:
    """What a disk takes of the quotas of the operator's project in one cloud, by their names.

    What is ``kept`` is taken from the preparation until the clean-up, so by all disks together;
    ``passing`` is what steps take that end.
    """

    kept: Mapping[str, int] = field(default_factory=dict)
    passing: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Unfit:
    """Why a path cannot be taken for a disk, as a sentence."""

    why: str


def differences_of_bytes(stage_data: Mapping[str, Any]) -> Iterable[Difference]:
    """Return that the bytes of a copy are not those of its disk, if they were found to differ."""
    sums = stage_data.get(SUMS) or {}
    if sums.get("source") != sums.get("destination"):
        yield Difference(field="bytes", source=sums["source"], destination=sums["destination"])


class DataPath:
    """A way for the data of a disk from one cloud to the other.

    Each method but ``can`` is called in a stage of the disk's move, and again after a crash in it.
    """

    name: ClassVar[str]
    title: ClassVar[str]
    compares: ClassVar[bool] = False
    """Whether the bytes of both sides are compared at the end, unless something keeps from it."""

    def can(self, source: "TenantReader", destination: "TenantReader", disk: Disk) -> Cost | Unfit:
        """Return what it costs to take this path, or why it cannot be taken.

        Asks both clouds, which may raise.
        """
        raise NotImplementedError

    def why_uncompared(
        self, source: "TenantReader", destination: "TenantReader", disk: Disk, checksums: str
    ) -> str:
        """Return why the bytes of both sides will not be compared, "" if they will.

        ``checksums`` is what the operator chose.
        """
        return ""

    def compares_by_images(
        self, source: "TenantReader", destination: "TenantReader", disk: Disk, checksums: str
    ) -> bool:
        """Return whether both sides will be compared by images: nothing else can, and an operator
        chose so."""
        why = checksums == IMAGES and self.why_uncompared(source, destination, disk, "")
        return bool(why)

    def rooms(
        self, disk: Disk, source: "TenantReader", destination: "TenantReader", checksums: str
    ) -> tuple[Room, Room]:
        """Return what the disk takes of the operator's project in the source, and in the
        destination."""
        return Room(), Room()

    def prepares(self, disk: Disk) -> bool:
        """Return whether there is something to do before the cutover, while the source works."""
        return False

    def prepare(self, work: "Work") -> None:
        """Copy ahead what can be copied before the cutover; repeatable."""

    def undo_prepare(self, work: "Work") -> None:
        """Remove what ``prepare`` made on both sides; nothing happens if it is gone."""

    def capture(self, work: "Work") -> None:
        """Take the disk's state in the source. Its server is down, if it has one."""
        raise NotImplementedError

    def undo_capture(self, work: "Work") -> None:
        """Remove from the source what ``capture`` made; nothing happens if it is gone."""
        raise NotImplementedError

    def transfer(self, work: "Work") -> None:
        """Bring the state to the destination.

        Raises ``Retryable`` where what arrived is not what was sent.
        """
        raise NotImplementedError

    def undo_transfer(self, work: "Work") -> None:
        """Remove from the destination what ``transfer`` brought, until something is made of it."""
        raise NotImplementedError

    def create(self, work: "Work") -> str:
        """Make the volume of what was transferred and return its id. Never called for servers."""
        raise NotImplementedError

    def complete(self, work: "Work") -> None:
        """Do what is done with the volume once its id is stored, before a server has it."""

    def free(self, work: "Work") -> None:
        """Remove what keeps the destination from deleting the volume, which is done next."""

    def compare(self, work: "Work") -> None:
        """Compare the bytes of both sides as they were in the cutover; repeatable.

        Raises ``NeedsOperator`` if they differ, and removes nothing.
        """

    def cleanup(self, work: "Work") -> None:
        """Remove what the move does not need any more, as far as nothing rests on it."""
        raise NotImplementedError

    def release(self, work: "Work") -> None:
        """Cut whatever ties the copy to the source's disk, which is deleted next."""
        self.cleanup(work)

    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        """Return in words what a rollback removes beside the copy itself."""
        return ()
