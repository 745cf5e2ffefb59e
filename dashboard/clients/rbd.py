"""Copies what has changed in an image of Ceph into one of another pool or cluster.

The tool ``rbd`` does it, with the operator's files: neither reads nor writes pass through Cinder.
Keys are in these files alone, never in arguments.
"""

import hashlib
import json
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO, Any

from dashboard import secrets
from dashboard.errors import NeedsOperator, Retryable

CHUNK = 1024 * 1024
_QUIET = "--no-progress"
SECONDS = 120
"""How long a call may take that copies nothing."""


@dataclass(frozen=True, kw_only=True)
class CephPool:
    """A pool of Ceph as Pumphouse reaches it.

    ``conf`` is the path of a ceph.conf, ``keyring`` that of the key of ``user``; without these the
    ceph.conf says where the key is, and who logs in.
    """

    pool: str
    conf: str
    keyring: str | None = None
    user: str | None = None

    def command(self, *words: str) -> list[str]:
        """Return a command line of rbd."""
        key = ["--keyring", self.keyring] if self.keyring else []
        user = ["--id", self.user] if self.user else []
        return ["rbd", "--conf", self.conf, *key, *user, *words]

    def image(self, name: str, snapshot: str = "") -> str:
        """Return how rbd calls an image, or a snapshot of it."""
        return f"{self.pool}/{name}@{snapshot}" if snapshot else f"{self.pool}/{name}"


def copy_changes(
    source: CephPool,
    image: str,
    destination: CephPool,
    target: str,
    *,
    since: str,
    until: str,
    passing: Callable[[int], None],
) -> int:
    """Write into ``target`` what changed in ``image`` from one snapshot to another; return how many
    bytes passed.

    ``since`` is "" for all that was ever written; else the target must have that snapshot, and has
    ``until`` afterwards. ``passing`` is told the bytes of each piece and may raise. Raises
    ``Retryable`` if either side breaks off: a broken copy leaves the target without ``until``.
    """
    begin = ["--from-snap", since] if since else []
    exported = source.command("export-diff", _QUIET, *begin, source.image(image, until), "-")
    imported = destination.command("import-diff", _QUIET, "-", destination.image(target))
    of = f"Copying changes of {source.image(image)}"
    into = f"Copying changes into {destination.image(target)}"
    with (
        _started(exported, stdout=subprocess.PIPE) as reader,
        _started(imported, stdin=subprocess.PIPE, bufsize=0) as writer,
    ):
        try:
            done = _pipe(_open(reader.stdout), _open(writer.stdin), passing)
        except BrokenPipeError:
            reader.kill()
            _require_good(writer, into)
            raise Retryable(f"{into} broke off.") from None
        except BaseException:
            reader.kill()
            writer.kill()
            raise
        _require_good(reader, of)
        _require_good(writer, into)
    return done


def digest_of(pool: CephPool, image: str, snapshot: str, *, passing: Callable[[int], None]) -> str:
    """Return the SHA-256 of all bytes of a snapshot; ``passing`` is as in ``copy_changes``.

    Raises ``Retryable`` if reading breaks off.
    """
    name, digest = pool.image(image, snapshot), hashlib.sha256()
    exported = pool.command("export", _QUIET, name, "-")
    with _started(exported, stdout=subprocess.PIPE) as reader:
        try:
            while piece := _open(reader.stdout).read(CHUNK):
                passing(len(piece))
                digest.update(piece)
        except BaseException:
            reader.kill()
            raise
        _require_good(reader, f"Reading {name}")
    return digest.hexdigest()


def snapshots_of(pool: CephPool, image: str) -> list[str]:
    """Return the names of an image's snapshots; none for an image that there is not."""
    done = _run(pool.command("snap", "ls", "--format", "json", pool.image(image)))
    if done.returncode:
        if b"No such file" in done.stderr:
            return []
        raise _refused(done.stderr, f"Listing snapshots of {pool.image(image)}")
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return [each["name"] for each in found]


def add_snapshot(pool: CephPool, image: str, snapshot: str) -> None:
    """Take a snapshot of an image; one of that name that there is stays as it is."""
    done = _run(pool.command("snap", "create", _QUIET, pool.image(image, snapshot)))
    if done.returncode and b"File exists" not in done.stderr:
        raise _refused(done.stderr, f"Taking snapshot {pool.image(image, snapshot)}")


def is_untouched_clone(pool: CephPool, image: str, parent: str) -> bool:
    """Return whether all of an image is that snapshot (``pool/image@snapshot``), nothing its own.

    Ceph tells that at once by its map of objects. Without one False is returned, since it would
    have to look at each.
    """
    told = _told(pool.command("info", "--format", "json", pool.image(image)))
    of = told.get("parent") or {}
    has_map = "fast-diff" in told["features"] and not told["flags"]
    if not has_map or of.get("overlap") != told["size"]:
        return False
    if f"{of['pool']}/{of['image']}@{of['snapshot']}" != parent:
        return False
    used = _told(pool.command("du", "--format", "json", pool.image(image)))
    return not any(each["used_size"] for each in used["images"])


def remove_snapshot(pool: CephPool, image: str, snapshot: str) -> None:
    """Remove a snapshot of an image; nothing happens if there is none."""
    if snapshot not in snapshots_of(pool, image):
        return
    done = _run(pool.command("snap", "rm", _QUIET, pool.image(image, snapshot)))
    if done.returncode:
        raise _refused(done.stderr, f"Removing snapshot {pool.image(image, snapshot)}")


def images_of(pool: CephPool) -> frozenset[str]:
    """Return the names of all images of a pool. Raises ``NeedsOperator`` where none can be read."""
    return frozenset(_told(pool.command("ls", "--format", "json", pool.pool)))


def _pipe(reader: IO[bytes], writer: IO[bytes], passing: Callable[[int], None]) -> int:
    """Pass bytes on, and return how many there were."""
    done = 0
    while piece := reader.read(CHUNK):
        passing(len(piece))
        left = memoryview(piece)
        while left:
            left = left[writer.write(left) :]
        done += len(piece)
    writer.close()
    return done


def _open(stream: IO[bytes] | None) -> IO[bytes]:
    """Return a stream of a process that was started with it."""
    if stream is None:
        raise ValueError("The process has no such stream.")
    return stream


def _started(command: list[str], **streams: Any) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(command, stderr=subprocess.PIPE, **streams)
    except FileNotFoundError:
        raise _missing() from None


def _run(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    try:
        return subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
    except FileNotFoundError:
        raise _missing() from None
    except subprocess.TimeoutExpired:
        raise Retryable(f"Ceph did not answer within {SECONDS} s.") from None


def _told(command: list[str]) -> Any:
    """Return what rbd prints. Raises ``NeedsOperator`` if it refuses."""
    done = _run(command)
    if done.returncode:
        raise _refused(done.stderr, f"Reading {command[-1]}")
    return json.loads(done.stdout)


def _missing() -> NeedsOperator:
    return NeedsOperator("There is no rbd on this machine.", fix="Install the package ceph-common.")


def _require_good(process: subprocess.Popen[bytes], what: str) -> None:
    told = process.stderr.read() if process.stderr else b""
    if process.wait():
        raise Retryable(f"{what} broke off: {_reason(told)}.")


def _refused(told: bytes, what: str) -> NeedsOperator:
    return NeedsOperator(
        f"{what} failed: {_reason(told)}.",
        fix="Check the files of this pool in the configuration, and the rights of their key.",
    )


def _reason(told: bytes) -> str:
    """Return the last line that rbd printed."""
    lines = secrets.mask(told.decode(errors="replace")).strip().splitlines()
    return lines[-1].rstrip(".") if lines else "it said nothing"
