"""The installation's secret key, which is made once and kept in a file."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dashboard.errors import BadInput

NAME = "secret_key"


def kept_secret_key(home: Path) -> str:
    """Return the key that is kept in a directory; make it if there is none yet.

    Any number of processes may ask at the same time: all get the same key. It is written to
    another file first, so that a full disk leaves no part of it; an empty file counts as none.
    Raises ``BadInput`` if it can be neither read nor made.
    """
    path = home / NAME
    try:
        return _read(path) or _make(path)
    except OSError as error:
        why = error.strerror
    except ValueError:
        why = "it is not ASCII text"
    raise BadInput(
        f"The secret key {path} cannot be read or made: {why}.",
        fix="Correct the file or the disk, or set PUMPHOUSE_SECRET_KEY.",
    )


def _read(path: Path) -> str:
    """Return the key, "" if there is none."""
    try:
        key = path.read_text(encoding="ascii")
    except FileNotFoundError:
        return ""
    return key if key.strip() else ""


def _make(path: Path) -> str:
    with _locked(path.parent):
        if key := _read(path):  # another process was quicker
            return key
        key = secrets.token_urlsafe(48)
        draft = path.with_suffix(".new")
        try:
            draft.unlink(missing_ok=True)
            _write(draft, key)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
        return key


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner can read, down to the disk."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def _locked(directory: Path) -> Iterator[None]:
    """Keep other processes out meanwhile. The lock ends with the process at the latest."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
