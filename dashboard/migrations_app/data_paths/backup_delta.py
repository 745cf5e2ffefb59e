"""Backup delta: a full backup while the server runs, and in the cutover what has changed since.

The volume is made ahead and gets the full backup. Each increment is told to the destination without
its parent, whose state the volume has: so only what has changed is written.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from typing_extensions import override

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.data_paths.common import backups, comparing, rooms
from dashboard.migrations_app.data_paths.common.backup_stores import (
    stores_between,
    why_not,
)
from dashboard.migrations_app.data_paths.common.deltas import (
    STAGED,
    DeltaPath,
    snapshot_as_planned,
)
from dashboard.migrations_app.data_paths.common.passes import (
    CHANGED_SHARE,
    CUTOVER,
    PASSES,
    passes_of,
)
from dashboard.migrations_app.data_paths.common.pools import HOST
from dashboard.migrations_app.data_paths.common.store_copies import (
    COPIED,
    copy_backup,
    remove_copy_of,
)
from dashboard.migrations_app.data_paths.common.volumes import kept_by
from dashboard.migrations_app.resources.data_path import Cost, Disk, Room, Unfit
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common import volume_capture
from dashboard.migrations_app.resources.work import Work

TAKEN = "taken_backups"
"""Stage data: the backups of the source, by their passes."""
RESTORED = "restored_backups"
"""Stage data: those of them that the volume has."""
BEGUN = "begun_restores"
"""Stage data: those of which the volume may have something."""

_SERVICE = "block_storage"
_NOTE = "src_backup_id"


class BackupDelta(DeltaPath):
    """Brings a volume over by incremental backups, in one store or from one store to another."""

    name = "backup_delta"
    title = "Backup delta"
    compares = True

    @override
    def can(self, source: TenantReader, destination: TenantReader, disk: Disk) -> Cost | Unfit:
        if why := kept_by(disk) or why_not(source, destination, disk):
            return Unfit(why)
        changed = disk.size // CHANGED_SHARE
        if stores_between(source.cloud, destination.cloud):
            why = (
                "Backups are copied from store to store, and restored; in the cutover goes what "
                "has changed."
            )
            return Cost(why=why, ahead=2 * disk.size, cutover=2 * changed, reads=disk.size)
        why = "Both clouds use its store of backups; in the cutover goes what has changed."
        return Cost(why=why, ahead=disk.size, cutover=changed, reads=disk.size)

    @override
    def why_uncompared(
        self, source: TenantReader, destination: TenantReader, disk: Disk, checksums: str
    ) -> str:
        return comparing.why_uncompared(source, destination, disk, checksums)

    @override
    def rooms(
        self, disk: Disk, source: TenantReader, destination: TenantReader, checksums: str
    ) -> tuple[Room, Room]:
        size = int(disk.record.fields["size"])
        passes = passes_of(size)
        kept = {"backups": passes, "backup_gigabytes": passes * size}
        if self.compares_by_images(source, destination, disk, checksums):
            passing = rooms.of_comparison(size).passing
            return Room(kept=kept, passing=passing), Room(kept=kept, passing=passing)
        return Room(kept=kept, passing=rooms.copies(size, snapshots=1)), Room(kept=kept)

    @override
    def prepare(self, work: Work) -> None:
        """Make the volume first, so that nothing is backed up for one that cannot be made."""
        self.stage(work)
        super().prepare(work)
        comparing.look(work)

    @override
    def undo_capture(self, work: Work) -> None:
        """Remove the increment; all backups if the volume may have something of it already.

        Another one would be the difference to a state that the volume does not have any more.
        """
        taken = dict(work.stage_data.get(TAKEN) or {})
        begun = {*(work.stage_data.get(RESTORED) or ()), *(work.stage_data.get(BEGUN) or ())}
        if taken.get(CUTOVER) in begun:
            self.forget(work)
        else:
            self._remove(work, taken.pop(CUTOVER, None))
            work.save(**{TAKEN: taken})
        volume_capture.remove_copy(work)

    @override
    def transfer(self, work: Work) -> None:
        """Bring the increment into the volume, and make it what the source's is called."""
        self.bring(work)
        staged = work.stage_data[STAGED]
        volume = work.destination.get(_SERVICE, f"/volumes/{staged}", "volume")
        comparing.note(work, there=str(volume.get(HOST)))
        if _NOTE in volume["metadata"]:
            work.destination.delete(_SERVICE, f"/volumes/{staged}/metadata/{_NOTE}")
        named = {key: work.record.fields[key] or "" for key in ("name", "description")}
        work.destination.put(_SERVICE, f"/volumes/{staged}", {"volume": named})

    @override
    def complete(self, work: Work) -> None:
        """Hold the copy's state, which is compared once the server runs again."""
        comparing.hold(work)

    @override
    def free(self, work: Work) -> None:
        comparing.let_go(work)

    @override
    def compare(self, work: Work) -> None:
        comparing.compare(work)

    @override
    def cleanup(self, work: Work) -> None:
        """Remove what was compared, and the backups."""
        comparing.let_go(work)
        super().cleanup(work)

    @override
    def release(self, work: Work) -> None:
        """Remove the backups, and what was to be compared, if any are left."""
        comparing.let_go(work)
        self.forget(work)

    @override
    def leftovers(self, stage_data: Mapping[str, Any]) -> Iterable[str]:
        yield from comparing.leftovers(stage_data)
        if stage_data.get(TAKEN):
            yield "its backups removed from the operator's projects in both clouds"
        if stage_data.get(COPIED):
            yield "the copies of their objects removed from the destination's store"

    @override
    def take(self, work: Work, pass_: str) -> None:
        """Back up the volume as it is now: an increment, or all where there can be none.

        The snapshot of the last pass goes when the server runs again.
        """
        taken = dict(work.stage_data.get(TAKEN) or {})
        if pass_ not in taken:
            parent = next(reversed(_in_order(taken)), None)
            work.save(**{TAKEN: {**taken, pass_: self._found_or_made(work, pass_, parent)}})
        if pass_ != CUTOVER:
            volume_capture.remove_copy(work)

    def _found_or_made(self, work: Work, pass_: str, parent: str | None) -> str:
        """Return the backup of a pass, from an earlier attempt if that one is good."""
        name = _name(work, pass_)
        found = backups.named(work.source, name) if work.resumed else None
        if found and self._is_good(work, found["id"], parent):
            return str(found["id"])
        self._remove(work, found["id"] if found else None)
        return self._made(work, name, parent)

    def _made(self, work: Work, name: str, parent: str | None) -> str:
        """Return a new backup that goes on from its parent; else a full one."""
        snapshot = snapshot_as_planned(work)
        if parent:
            made = self._increment(work, name, snapshot)
            if made and self._is_good(work, made, parent):
                return made
            work.log(f"Volume {work.record.title} is backed up in full: no increment could be.")
            self._remove(work, made)
        made = backups.make(work.source, name, snapshot=snapshot, incremental=False)
        backups.await_available(work.source, made, check=work.check)
        return made

    def _increment(self, work: Work, name: str, snapshot: Json) -> str | None:
        try:
            return backups.make(work.source, name, snapshot=snapshot, incremental=True)
        except NeedsOperator as error:
            work.log(error.sentence)
            return None

    def _is_good(self, work: Work, backup_id: str, parent: str | None) -> bool:
        """Return whether a backup was made and rests on nothing, or on what the volume has last.

        Old Cinders take the newest backup of anybody for the parent.
        """
        try:
            backups.await_available(work.source, backup_id, check=work.check)
        except backups.BackupFailed as error:
            work.log(error.sentence)
            return False
        return backups.record_of(work.source, backup_id).get("parent_id") in (None, parent)

    def _remove(self, work: Work, backup_id: str | None) -> None:
        """Remove a backup from the source, and from the destination what there is of it."""
        if backup_id:
            backups.remove(work.destination, backup_id, check=work.check)
            remove_copy_of(work, backup_id)
            backups.remove(work.source, backup_id, check=work.check)

    @override
    def bring(self, work: Work) -> None:
        """Bring into the volume what it has not, in order."""
        for backup_id in _in_order(work.stage_data[TAKEN]):
            done = list(work.stage_data.get(RESTORED) or ())
            if backup_id in done:
                continue
            driver = copy_backup(work, backup_id)
            backups.bring(work.source, work.destination, backup_id, driver)
            backups.await_available(work.destination, backup_id, check=work.check)
            staged = work.stage_data[STAGED]
            work.save(**{BEGUN: [*done, backup_id]})
            backups.restore(work.destination, backup_id, staged, check=work.check)
            backups.await_available(work.destination, backup_id, check=work.check)
            work.save(**{RESTORED: [*done, backup_id]})

    @override
    def forget(self, work: Work) -> None:
        """Remove all backups: increments before parents, the destination's records first."""
        volume_capture.remove_copy(work)
        taken = dict(work.stage_data.get(TAKEN) or {})
        for pass_ in PASSES:
            if pass_ not in taken and (half := backups.named(work.source, _name(work, pass_))):
                taken[pass_] = half["id"]
        for backup_id in reversed(_in_order(taken)):
            self._remove(work, backup_id)
        work.save(**{TAKEN: {}, RESTORED: [], BEGUN: []})


def _in_order(taken: Mapping[str, str]) -> list[str]:
    return [taken[pass_] for pass_ in PASSES if pass_ in taken]


def _name(work: Work, pass_: str) -> str:
    return f"pumphouse-volume-{work.record.id}-{pass_}"
