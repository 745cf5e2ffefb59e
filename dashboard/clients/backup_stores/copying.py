"""Copies the objects of one backup from one store to another, under the same names."""

import json
from collections.abc import Callable, Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from typing_extensions import override

from dashboard.clients.backup_stores.base import BackupStore
from dashboard.clients.passing_bytes import Check, PassingBytes, Progress
from dashboard.errors import NeedsOperator


@dataclass(frozen=True, kw_only=True)
class ObjectsOf:
    """Where the objects of a backup are in either store, as its record says."""

    container: str
    prefix: str


class ObjectBytes(PassingBytes):
    """The bytes of an object on their way through."""

    what = "The bytes of a backup's object"

    def __init__(self, pieces: Iterator[bytes], **options: Any) -> None:
        super().__init__(algorithms={"md5"}, **options)
        self.pieces = pieces

    @override
    def _chunks(self) -> Iterator[bytes]:
        yield from self.pieces


def copy_objects(
    source: BackupStore,
    destination: BackupStore,
    of: ObjectsOf,
    *,
    theirs: Collection[str],
    passing: Callable[[int], None],
    progress: Progress,
    check: Check,
) -> int:
    """Copy the objects that the destination's store has not yet, and return how many bytes passed.

    ``theirs`` are objects that were there before, which are never written. Raises
    ``NeedsOperator`` if one of them differs, or if the source's store lacks objects of the backup.
    """
    missing = _missing(source, destination, of)
    if others := sorted(missing.keys() & set(theirs)):
        raise NeedsOperator(
            f"The store of backups of cloud {destination.cloud.name} has another {others[0]}.",
            fix="Find out whose it is, and remove it; then retry.",
        )
    done, total = 0, sum(missing.values())
    for name, size in missing.items():

        def told(passed: int, _size: int, unit: str, before: int = done) -> None:
            progress(before + passed, total, unit)

        with closing(source.pieces(of.container, name)) as pieces:
            content = ObjectBytes(pieces, size=size, passing=passing, progress=told, check=check)
            destination.write(of.container, name, content)
        done += size
    return done


def whole_backup(store: BackupStore, of: ObjectsOf) -> dict[str, int]:
    """Return the sizes of all objects of a backup. Raises ``NeedsOperator`` if some are missing."""
    found = store.objects(of.container, of.prefix)
    metadata = f"{of.prefix}_metadata"
    listed = _listed(store, of, metadata) if metadata in found else []
    missing = {metadata, f"{of.prefix}_sha256file", *listed} - found.keys()
    if missing:
        raise NeedsOperator(
            f"The store of backups of cloud {store.cloud.name} lacks {len(missing)} objects of a "
            f"backup, {min(missing)} for one.",
            fix="Check that backup_store of that cloud is where its cinder-backup writes; then "
            "retry.",
        )
    return found


def remove_objects(store: BackupStore, of: ObjectsOf, *, theirs: Collection[str]) -> None:
    """Remove all objects of a backup but those that were there before."""
    for name in store.objects(of.container, of.prefix):
        if name not in theirs:
            store.remove(of.container, name)
    store.tidy(of.container, of.prefix)


def _listed(store: BackupStore, of: ObjectsOf, metadata: str) -> list[str]:
    """Return the names of the objects with data, as the backup's own list has them."""
    told = json.loads(b"".join(store.pieces(of.container, metadata)))
    return [name for each in told["objects"] for name in each]


def _missing(source: BackupStore, destination: BackupStore, of: ObjectsOf) -> dict[str, int]:
    """Return the sizes of what is not there yet with the same size and hash, the data first."""
    wanted, there = whole_backup(source, of), destination.objects(of.container, of.prefix)

    def is_same(name: str) -> bool:
        return there.get(name) == wanted[name] and (
            source.digest(of.container, name) == destination.digest(of.container, name)
        )

    return {name: wanted[name] for name in sorted(wanted) if not is_same(name)}
