"""Moments at which a runner dies that moves a volume by a data path, and one that moves it back.

A moment is a stage of the volume, and the call in it after which the runner dies: at once where the
cloud has begun to do it and nothing is stored yet.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from dashboard.clients import rbd
from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.execution.verify import Verifier
from dashboard.migrations_app.resources.storage.volume import Volume
from tests.lab.killed_move import after_stage, before_recording
from tests.support.dying import after, before, die

Arm = Callable[[], None]


def within(stage: str, arm: Arm) -> None:
    """Arm another moment when the volume's stage begins."""
    do = getattr(Volume, stage)

    def patched(self: Volume, work: Any) -> Any:
        arm()
        return do(self, work)

    setattr(Volume, stage, patched)


def calling(stage: str, method: str, path: str) -> Arm:
    """Return what has the runner die in a stage after a call of that method to such a path."""
    return partial(within, stage, partial(after, CloudSession, method, when=path))


def in_mid_copy() -> None:
    """Die when the first bytes between two pools have passed."""
    copy = rbd.copy_changes

    def patched(*arguments: Any, passing: Callable[[int], None], **options: Any) -> int:
        return copy(*arguments, passing=die, **options)

    rbd.copy_changes = patched


def _in(stage: str, *calls: str) -> dict[str, Arm]:
    """Return moments of a stage: after a call, as method and end of the path, or as rbd's."""
    return {f"{stage}: {call}": partial(within, stage, _after(call)) for call in calls}


def _after(call: str) -> Arm:
    method, _, path = call.partition(" ")
    if method == "rbd":
        return in_mid_copy if path == "in mid-copy" else partial(after, rbd, path)
    end = "" if method == "delete" else "'"
    return partial(after, CloudSession, method, when=f"{path}{end}")


def _end(stage: str) -> dict[str, Arm]:
    """Return the moment when a stage is done, before that is stored."""
    return {f"{stage}: its end": partial(after_stage, "volume", stage)}


_CREATED: Mapping[str, Arm] = {"create: its end": partial(before_recording, "volume")}
_COPY = ("rbd in mid-copy", "rbd copy_changes")
_BACKUP = ("post /snapshots", "post /backups", "post /import_record", "post /restore")
OF_PATHS: Mapping[str, Mapping[str, Arm]] = {
    "zero_copy": {
        **_in("capture", "post /snapshots", "post /volumes"),
        **_end("capture"),
        **_in("transfer", "post os-unmanage"),
        **_end("transfer"),
        **_in("create", "post /manageable_volumes"),
        **_CREATED,
        **_in("complete", "rbd is_untouched_clone"),
        **_in("cleanup", "delete /snapshots/"),
    },
    # a step that kills its worker six times is given up
    "backup_delta": {
        **_in("prepare", "post /volumes", *_BACKUP),
        **_in("capture", *_BACKUP[:2]),
        **_end("capture"),
        **_in("transfer", *_BACKUP[2:]),
        **_end("transfer"),
        **_CREATED,
        **_in("complete", "rbd add_snapshot"),
        **_in("compare", "rbd digest_of"),
        **_in("cleanup", "rbd remove_snapshot", "delete /backups/"),
    },
    "ceph_delta": {
        **_in("prepare", "post /snapshots", "post /volumes", *_COPY),
        **_end("prepare"),
        **_in("capture", "post /snapshots"),
        **_end("capture"),
        **_in("transfer", *_COPY),
        **_end("transfer"),
        **_CREATED,
        **_in("cleanup", "rbd remove_snapshot", "delete /snapshots/"),
    },
}
MOMENTS: dict[str, Arm] = {
    **{
        f"{path} {name}": arm for path, moments in OF_PATHS.items() for name, arm in moments.items()
    },
    "verify": partial(before, Verifier, "_compare_type"),
}
"""By the name of the path and the moment, in the order in which a move comes to them."""


def of(path: str) -> list[str]:
    """Return the moments of a path."""
    return [f"{path} {name}" for name in OF_PATHS[path]]
