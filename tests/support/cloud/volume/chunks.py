"""What cinder-backup's chunked drivers write and read, by the names and formats of theirs.

``recorded_backups.json`` is what the real driver posix of Cinder 29 wrote (2023.1 wrote the same).
"""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Protocol

from tests.support.cloud.messages import Json

BLOCK = 32 * 1024
CHUNK = 4 * BLOCK
"""Set by backup_file_size: the default of 2 GB is more than volumes in memory have."""


class Files(Protocol):
    """Where objects are kept."""

    driver: str

    def container_of(self, row: Json) -> str: ...

    def names(self, container: str, prefix: str) -> list[str]: ...

    def read(self, container: str, name: str) -> bytes: ...

    def write(self, container: str, name: str, data: bytes) -> None: ...

    def remove(self, container: str, name: str) -> None: ...

    def objects(self) -> dict[str, bytes]: ...


class PosixFiles:
    """A directory, as the drivers posix and nfs have it."""

    def __init__(self, folder: Path, driver: str = "posix") -> None:
        self.folder, self.driver = folder, driver
        folder.mkdir(exist_ok=True)

    def container_of(self, row: Json) -> str:
        id_ = row["id"]
        return f"{id_[0:2]}/{id_[2:4]}/{id_}"

    def names(self, container: str, prefix: str) -> list[str]:
        return [each.name for each in self.folder.joinpath(container).glob(f"{prefix}*")]

    def read(self, container: str, name: str) -> bytes:
        return (self.folder / container / name).read_bytes()

    def write(self, container: str, name: str, data: bytes) -> None:
        folder = self.folder / container
        if not folder.exists():
            folder.mkdir(parents=True)
            folder.chmod(0o770)
        (folder / name).write_bytes(data)
        (folder / name).chmod(0o660)

    def remove(self, container: str, name: str) -> None:
        """Remove an object; the directories stay."""
        (self.folder / container / name).unlink(missing_ok=True)

    def objects(self) -> dict[str, bytes]:
        """Return all that is there, by its path."""
        files = (each for each in self.folder.rglob("*") if each.is_file())
        return {str(each.relative_to(self.folder)): each.read_bytes() for each in files}


class NotRestored(Exception):
    """A restore that Cinder refuses or that breaks off."""


def back_up(files: Files, row: Json, data: bytes, parent: Json | None) -> None:
    """Write a backup: all of a volume, or the runs of blocks that differ from the parent's."""
    container, prefix = row["~container"], row["~prefix"]
    before = (
        json.loads(files.read(parent["~container"], f"{parent['~prefix']}_sha256file"))
        if (parent)
        else None
    )
    hashes = [_sha256(data[at : at + BLOCK]) for at in range(0, len(data), BLOCK)]
    objects = []
    for number, (at, piece) in enumerate(_pieces(data, hashes, before and before["sha256s"]), 1):
        name = f"{prefix}-{number:05d}"
        packed = zlib.compress(piece)
        algorithm = "zlib" if len(packed) < len(piece) else "none"
        files.write(container, name, packed if algorithm == "zlib" else piece)
        md5 = hashlib.md5(piece).hexdigest()
        told = {"offset": at, "length": len(piece), "compression": algorithm, "md5": md5}
        objects.append({name: told})
    common = {
        **{"version": "1.0.0", "backup_id": row["id"], "volume_id": row["volume_id"]},
        **{"backup_name": row["name"], "backup_description": row["description"]},
        "created_at": row["created_at"].replace("T", " ").removesuffix("Z"),
    }
    _write(files, container, f"{prefix}_sha256file", common, chunk_size=BLOCK, sha256s=hashes)
    own = {"objects": objects, "parent_id": parent and parent["id"], "volume_meta": None}
    _write(files, container, f"{prefix}_metadata", common, **own)


def restore(files: Files, row: Json, before: bytes) -> tuple[bytes, int]:
    """Return the volume after a restore, and how many bytes were written into it."""
    container, prefix = row["~container"], row["~prefix"]
    own = {f"{prefix}_metadata", f"{prefix}_sha256file"}
    there = {*files.names(container, prefix)}
    if f"{prefix}_metadata" not in there:
        raise NotRestored(f"No such file or directory: {prefix}_metadata")
    listed = json.loads(files.read(container, f"{prefix}_metadata"))["objects"]
    if there - own != {name for each in listed for name in each}:
        raise NotRestored("actual object list does not match object list stored in metadata.")
    volume, written = bytearray(before), 0
    for [(name, told)] in (each.items() for each in listed):
        data = files.read(container, name)
        piece = zlib.decompress(data) if told["compression"] == "zlib" else data
        volume[told["offset"] : told["offset"] + len(piece)] = piece
        written += len(piece)
    return bytes(volume), written


def remove(files: Files, row: Json) -> None:
    """Remove all objects that begin as a backup's do, whoever wrote them."""
    for name in files.names(row["~container"], row["~prefix"]):
        files.remove(row["~container"], name)


def _pieces(data: bytes, hashes: list[str], before: list[str] | None) -> list[tuple[int, bytes]]:
    """Return what is written, with its place: chunks, or in each chunk the runs that differ."""
    found = []
    for start in range(0, len(data), CHUNK):
        chunk = data[start : start + CHUNK]
        if before is None:
            found.append((start, chunk))
            continue
        first = start // BLOCK
        blocks = range(first, min(first + CHUNK // BLOCK, len(hashes)))
        changed = [n for n in blocks if n >= len(before) or hashes[n] != before[n]]
        for run in _runs(changed):
            found.append((run[0] * BLOCK, data[run[0] * BLOCK : (run[-1] + 1) * BLOCK]))
    return found


def _runs(numbers: list[int]) -> list[list[int]]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and runs[-1][-1] == number - 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return runs


def _write(files: Files, container: str, name: str, common: Json, **told: object) -> None:
    text = json.dumps({**common, **told}, sort_keys=True, indent=2)
    files.write(container, name, text.encode())


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
