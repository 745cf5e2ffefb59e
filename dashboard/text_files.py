"""Reads and writes files that an operator names."""

import stat
from pathlib import Path

from dashboard.errors import BadInput


def is_utf8(text: str) -> bool:
    """Return whether a text from the system can be written: Python reads other bytes, too."""
    return text.isascii() or text.encode(errors="ignore").decode() == text


def is_there(path: Path) -> bool:
    """Return whether there is anything at a path; there is nothing at one that is too long."""
    try:
        return path.exists()
    except OSError:
        return False


def read_text(path: Path, *, fix: str = "") -> str:
    """Return the text of a file, without a byte order mark.

    Raises ``BadInput`` if it cannot be read, is not UTF-8 or no regular file: a named pipe would
    be waited for, and a device never ends.
    """
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadInput(f"{path} cannot be read: it is not a regular file.", fix=fix)
        return path.read_text(encoding="utf-8-sig")
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.", fix=fix) from None
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BadInput(f"{path}, line {line}: This is not UTF-8 text.", fix=fix) from None


def read_bytes(path: Path, *, most: int) -> bytes:
    """Return the first bytes of a file. Raises ``BadInput`` if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file.read(most)
    except OSError as error:
        raise BadInput(f"{path} cannot be read: {error.strerror}.") from None


def new_file(name: str) -> Path:
    """Return the path to write to. Raises ``BadInput`` when there is something: it may be
    edited."""
    path = Path(name)
    if is_there(path):
        raise BadInput(f"{path} already exists.", fix="Name another file, or remove it.")
    folder = path.absolute().parent
    if not (is_there(folder) and folder.is_dir()):
        raise BadInput(f"There is no folder {folder}.", fix="Name another file.")
    return path


def write_private_bytes(path: Path, content: bytes) -> None:
    """Write a file that only its owner can read. Raises ``BadInput`` when that cannot be."""
    try:
        path.touch(mode=0o600)
        path.write_bytes(content)
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from None


def write_text(path: Path, text: str) -> None:
    """Write a text to a file. Raises ``BadInput`` when that cannot be."""
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadInput(f"{path} cannot be written: {error.strerror}.") from None
