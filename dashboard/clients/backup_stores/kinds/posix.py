"""Directories: what the drivers posix and nfs of cinder-backup write, mounted where workers run."""

import errno
import hashlib
import os
import stat
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path

from typing_extensions import override

from dashboard.clients.backup_stores.base import CHUNK, BackupStore
from dashboard.clients.passing_bytes import PassingBytes
from dashboard.clients.yaml_sections import Section
from dashboard.errors import NeedsOperator, PumphouseError, Retryable

FILE_MODE, DIRECTORY_MODE = 0o660, 0o770
"""What Cinder gives to objects and containers."""
HALF = ".pumphouse-"
"""Begins the names of files that are being written: a restore looks at those of the backup only."""

_PASSING = (errno.EIO, errno.ESTALE, errno.ETIMEDOUT)
_FIX = "Mount it where the workers run, let their account read and write it, then retry."


class PosixStore(BackupStore):
    """A directory with a directory for each container, ``<id[0:2]>/<id[2:4]>/<id>`` by default."""

    name = "posix"
    family = "directories"

    @classmethod
    @override
    def read(cls, section: Section) -> dict[str, str]:
        section.only({"kind", "path"})
        path = section.file.parent / Path(section.text("path")).expanduser()
        return {"path": str(path)}

    @property
    def path(self) -> Path:
        """The directory, as it is mounted here."""
        return Path(self.options["path"])

    @override
    def require_readable(self) -> None:
        self._require(os.R_OK | os.X_OK, "read")

    @override
    def require_writable(self) -> None:
        self._require(os.R_OK | os.W_OK | os.X_OK, "written")
        group = self.path.stat().st_gid
        if os.geteuid() and group not in {os.getegid(), *os.getgroups()}:
            raise NeedsOperator(
                f"{self._called} belongs to group {group}, in which the workers are not: "
                "cinder-backup could not read what they write.",
                fix="Put the account of the workers into that group, and restart them.",
            )

    def _require(self, mode: int, what: str) -> None:
        with self._told():
            is_there = self.path.is_dir()
        if not is_there:
            raise NeedsOperator(f"{self._called} is no directory here.", fix=_FIX)
        if not os.access(self.path, mode):
            raise NeedsOperator(f"{self._called} cannot be {what} from here.", fix=_FIX)

    @override
    def objects(self, container: str, prefix: str) -> dict[str, int]:
        with self._told():
            folder = self._folder(container)
            found = folder.iterdir() if folder.is_dir() else ()
            return {each.name: each.stat().st_size for each in found if _has(each, prefix)}

    @override
    def digest(self, container: str, name: str) -> str:
        md5 = hashlib.md5(usedforsecurity=False)
        for piece in self.pieces(container, name):
            md5.update(piece)
        return md5.hexdigest()

    @override
    def pieces(self, container: str, name: str) -> Generator[bytes, None, None]:
        with self._told(), self._file(container, name).open("rb") as file:
            while piece := file.read(CHUNK):
                yield piece

    @override
    def write(self, container: str, name: str, content: PassingBytes) -> None:
        with self._told():
            path = self._file(container, name)
            self.require_writable()
            self._make(path.parent)
            half = path.with_name(f"{HALF}{name}")
            with half.open("wb") as file:
                for piece in content:
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            self._hand_over(half, FILE_MODE)
            half.replace(path)

    @override
    def remove(self, container: str, name: str) -> None:
        with self._told():
            self._file(container, name).unlink(missing_ok=True)

    @override
    def tidy(self, container: str, prefix: str) -> None:
        """Also remove the container's directory if it is empty, and the backup's alone.

        Cinder leaves it, and those above it, in which another backup may be about to be.
        """
        with self._told():
            folder = self._folder(container)
            for half in folder.glob(f"{HALF}*"):
                if _has(half, HALF + prefix):
                    half.unlink(missing_ok=True)
            is_own = prefix.endswith(f"_{folder.name}")
            if is_own and folder.is_dir() and not any(folder.iterdir()):
                folder.rmdir()

    def _make(self, folder: Path) -> None:
        """Make a directory, and those above it, as Cinder's own: it must be able to write there."""
        if folder.is_dir():
            return
        self._make(folder.parent)
        folder.mkdir(exist_ok=True)
        self._hand_over(folder, DIRECTORY_MODE)

    def _hand_over(self, path: Path, mode: int) -> None:
        """Hand something over to the group of the store; also to its owner, which only root can."""
        told = self.path.stat()
        os.chown(path, told.st_uid if os.geteuid() == 0 else -1, told.st_gid)
        path.chmod(mode | (stat.S_ISGID if path.is_dir() and told.st_mode & stat.S_ISGID else 0))

    def _folder(self, container: str) -> Path:
        """Return a container's directory. Raises ``NeedsOperator`` for one outside of the store."""
        root = self.path.resolve()
        folder = (root / container).resolve()
        if folder == root or not folder.is_relative_to(root):
            raise NeedsOperator(
                f"A backup's record names the container {container!r}, which is outside of "
                f"{self._called}.",
                fix="Check what its cinder-backup is configured to use.",
            )
        return folder

    def _file(self, container: str, name: str) -> Path:
        if Path(name).name != name:
            raise NeedsOperator(f"{self._called} cannot have an object named {name!r}.")
        return self._folder(container) / name

    @property
    def _called(self) -> str:
        return f"The store of backups {self.path} of cloud {self.cloud.name}"

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Raise what the operating system says as ours."""
        try:
            yield
        except OSError as error:
            raise self._refusal(error) from None

    def _refusal(self, error: OSError) -> PumphouseError:
        sentence = f"{self._called} failed: {error.strerror or error}."
        if error.errno in _PASSING:
            return Retryable(sentence)
        is_full = error.errno in (errno.ENOSPC, errno.EDQUOT)
        return NeedsOperator(sentence, fix="Make room there, then retry." if is_full else _FIX)


class NfsStore(PosixStore):
    """The share of the driver nfs, mounted where the workers run."""

    name = "nfs"


def _has(path: Path, prefix: str) -> bool:
    return path.name.startswith(prefix)
