"""Whether the bytes of a copy are those that its volume had in the cutover.

Both sides are read once the server runs again. It writes to the copy then, so the copy's state is
held by a snapshot before a server has it; that of the source is the one that it was copied from.
"""

from collections.abc import Iterable, Mapping
from types import ModuleType
from typing import Any

from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.data_paths.common import ceph_sums, image_sums
from dashboard.migrations_app.data_paths.common.ceph_pools import pool_name, snapshot_of
from dashboard.migrations_app.data_paths.common.pools import HOST, pools_of
from dashboard.migrations_app.resources.data_path import (
    CHECKSUMS,
    IMAGES,
    SKIP,
    SUMS,
    UNCOMPARED,
    Disk,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.work import Work

HELD = "held_state"
"""Stage data: by what the copy's state is held, by the name of the way; "" for nothing."""

_WAYS: dict[str, ModuleType] = {"rbd": ceph_sums, "images": image_sums}
_CHOSEN = "An operator chose so."
_NO_CEPH = "The configuration does not say how Pumphouse reaches its storage on both sides (ceph)."

_OLDER = "An older version has made the copy."


def why_uncompared(
    source: TenantReader, destination: TenantReader, disk: Disk, checksums: str, pool: str = ""
) -> str:
    """Return why the bytes of a volume will not be compared, "" if they will.

    ``pool`` is that of the copy, "" for any that its type may be in.
    """
    if checksums == SKIP:
        return _CHOSEN
    here, there = source.cloud.access.ceph, destination.cloud.access.ceph
    pools = [pool] if pool else [each["name"] for each in pools_of(disk, source, destination)]
    is_reached = str(disk.record.fields.get(HOST)) in here and there.keys() >= {*pools}
    return "" if is_reached or checksums == IMAGES else _NO_CEPH


def is_wanted(work: Work) -> bool:
    """Return whether the bytes of both sides are to be compared; record it if they are not."""
    is_left_out = work.options.get(CHECKSUMS) == SKIP
    if is_left_out:
        _leave_out(work, _CHOSEN)
    return not is_left_out


def look(work: Work) -> None:
    """Note in which pool the volume is, while its server runs."""
    if work.source.access.ceph and work.options.get(CHECKSUMS) != SKIP:
        ceph_sums.note(work, here=pool_name(work.source, work.record.id))


def note(work: Work, **pools: str) -> None:
    """Note the pools ``here`` and ``there`` that a path has seen anyhow."""
    ceph_sums.note(work, **pools)


def hold(work: Work, *, is_clone: bool = False) -> None:
    """Hold the state of the copy for the comparison, if there is a way for one.

    A clone of the source's snapshot that has nothing of its own needs none. The server is down: so
    what fails here is told, and the move goes on.
    """
    if not is_wanted(work):
        return
    way = _way(work)
    if not way:
        _leave_out(work, _NO_CEPH)
        return
    work.save(**{HELD: way, UNCOMPARED: ""})
    try:
        if not (is_clone and way == "rbd" and _is_untouched(work)):
            _WAYS[way].hold(work)
    except (NeedsOperator, Retryable) as error:
        _leave_out(work, error.sentence)


def compare(work: Work) -> None:
    """Compare the held state with the source's snapshot, unless that is done.

    Raises ``NeedsOperator`` if they differ, each time: both snapshots stay for a look at them.
    """
    way, is_left_out = work.stage_data.get(HELD), work.stage_data.get(UNCOMPARED)
    if way and not is_left_out:
        _compare(work, _WAYS[way])
    elif way is None and not is_left_out:
        _leave_out(work, _OLDER)


def _compare(work: Work, way: ModuleType) -> None:
    snapshot = volume_capture.kept_snapshot(work)
    if snapshot is None:
        _leave_out(work, "The snapshot that it was made from is gone.")
    elif not is_equal(work, snapshot["id"]):
        conclude(work, snapshot["id"], *way.sums(work, snapshot["id"]))


def let_go(work: Work) -> None:
    """Remove what holds the copy's state; nothing happens if nothing does."""
    if way := work.stage_data.get(HELD):
        _WAYS[way].let_go(work)
        work.save(**{HELD: ""})


def is_equal(work: Work, snapshot_id: str) -> bool:
    """Return whether the copy was found to have the bytes of that snapshot."""
    told = work.stage_data.get(SUMS) or {}
    return told.get("of") == snapshot_id and told["source"] == told["destination"]


def conclude(work: Work, snapshot_id: str, here: str, there: str) -> None:
    """Record the sums of both sides. Raises ``NeedsOperator`` if they differ."""
    work.save(**{SUMS: {"of": snapshot_id, "source": here, "destination": there}})
    if here != there:
        raise NeedsOperator(
            f"The copy of volume {work.record.title} does not have the bytes of its snapshot.",
            fix="Roll back, and plan again with another data path.",
        )
    work.log(f"The copy of volume {work.record.title} has the bytes of its snapshot: {here}.")


def leftovers(stage_data: Mapping[str, Any]) -> Iterable[str]:
    """Return in words what a rollback removes that holds the copy's state."""
    if stage_data.get(HELD):
        yield "what was made to compare its bytes removed from both clouds"


def _way(work: Work) -> str:
    if ceph_sums.reaches(work):
        return "rbd"
    return "images" if work.options.get(CHECKSUMS) == IMAGES else ""


def _is_untouched(work: Work) -> bool:
    """Return whether the copy is the source's snapshot itself, and record that then."""
    snapshot = volume_capture.kept_snapshot(work)
    if snapshot is None or not ceph_sums.is_untouched(work, snapshot["id"]):
        return False
    same = f"all of it is in {snapshot_of(snapshot['id'])}"
    conclude(work, snapshot["id"], same, same)
    work.save(**{HELD: ""})
    return True


def _leave_out(work: Work, why: str) -> None:
    work.save(**{UNCOMPARED: why})
    work.log(f"The bytes of volume {work.record.title} are not compared: {why}")
