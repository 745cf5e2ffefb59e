"""A folder of os-migrate's YAML as one file: a zip to be downloaded, a zip or tar to be uploaded.

Nothing is unpacked on a disk, and all sizes are bounded while an archive is read.
"""

import gzip
import io
import stat
import tarfile
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from dashboard.errors import BadInput

LONGEST = 8 * 1024**2
"""The largest size of an uploaded archive, in bytes: that of thousands of servers is a tenth."""
MOST_BYTES = 32 * 1024**2
"""How many bytes the files of an archive may have together."""
MOST_FILES = 200
YAML = (".yml", ".yaml")
ZIP = "application/zip"
_FIRST_DAY = (1980, 1, 1, 0, 0, 0)
_OWNER_ONLY = 0o600 << 16
_GZIP = b"\x1f\x8b"
_UNREADABLE = (
    *(zipfile.BadZipFile, tarfile.TarError, zlib.error),
    *(EOFError, OSError, NotImplementedError),
)
_TOO_LARGE = f"The files in it have more than {MOST_BYTES >> 20} MiB."

Texts = dict[str, str]
"""The text of each file by its name."""
_Opened = tuple[str, bytes]


def archive_of(texts: Mapping[str, str]) -> bytes:
    """Return a zip of the files; equal files make equal bytes."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in sorted(texts):
            entry = zipfile.ZipInfo(name, _FIRST_DAY)
            entry.external_attr = _OWNER_ONLY
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, texts[name])
    return target.getvalue()


def texts_of(content: bytes, *, name: str) -> Texts:
    """Return the YAML files of an archive; errors call it ``name``.

    Other files are ignored. Raises ``BadInput`` for what is no archive, for one that is too large,
    and for a file that is not a plain one in it.
    """
    if len(content) > LONGEST:
        raise BadInput(f"{name} is larger than {LONGEST >> 20} MiB.", fix="Leave files out of it.")
    found: Texts = {}
    try:
        for path, data in _members(content):
            found[_plain_name(path, found)] = _text(path, data)
    except _UNREADABLE:
        raise BadInput(f"{name} is no zip or tar archive.", fix="Pack the folder again.") from None
    except BadInput as error:
        raise BadInput(f"{name}: {error.sentence}", fix=error.fix) from None
    if not found:
        raise BadInput(f"{name} has no YAML files.", fix="Pack a folder of os-migrate's files.")
    return found


def _members(content: bytes) -> Iterator[_Opened]:
    is_zip = zipfile.is_zipfile(io.BytesIO(content))
    left = MOST_BYTES
    for number, (path, data) in enumerate(_in_zip(content) if is_zip else _in_tar(content)):
        left -= len(data)
        if left < 0:
            raise BadInput(_TOO_LARGE, fix="Leave files out of it.")
        if number >= MOST_FILES:
            raise BadInput(f"It has more than {MOST_FILES} files.", fix="Leave files out of it.")
        yield path, data


def _in_zip(content: bytes) -> Iterator[_Opened]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in archive.infolist():
            if entry.is_dir() or not _is_wanted(entry.filename):
                continue
            mode = entry.external_attr >> 16
            if entry.flag_bits & 1:
                raise BadInput(f"{entry.filename} has a password.", fix="Pack it without one.")
            _require_file(entry.filename, not mode or stat.S_IFMT(mode) in (0, stat.S_IFREG))
            with archive.open(entry) as file:
                yield entry.filename, file.read(MOST_BYTES + 1)


def _in_tar(content: bytes) -> Iterator[_Opened]:
    with tarfile.open(fileobj=io.BytesIO(_unzipped(content)), mode="r:") as archive:
        for entry in archive:
            if entry.isdir() or not _is_wanted(entry.name):
                continue
            _require_file(entry.name, entry.isreg())
            file = archive.extractfile(entry)
            yield entry.name, file.read(MOST_BYTES + 1) if file else b""


def _unzipped(content: bytes) -> bytes:
    """Return the tar in a tar.gz, at most as much as is allowed: a few bytes may hide gigabytes."""
    if not content.startswith(_GZIP):
        return content
    with gzip.GzipFile(fileobj=io.BytesIO(content)) as file:
        found = file.read(MOST_BYTES + 1)
    if len(found) > MOST_BYTES:
        raise BadInput(_TOO_LARGE, fix="Leave files out of it.")
    return found


def _is_wanted(path: str) -> bool:
    """Return whether it is YAML, and not what a desktop adds beside a file (``._networks.yml``)."""
    last = PurePosixPath(path.replace("\\", "/")).name
    return last.lower().endswith(YAML) and not last.startswith(".")


def _require_file(path: str, is_file: bool) -> None:
    if not is_file:
        raise BadInput(f"{path} is a link, and no file.", fix="Pack the file itself.")


def _plain_name(path: str, taken: Mapping[str, str]) -> str:
    """Return the name of a file without its folders. Raises ``BadInput`` for a path that leaves."""
    parts = PurePosixPath(path).parts
    leaves = path.startswith("/") or ".." in parts or {"\\", ":"} & {*path}
    if leaves or not path.isprintable():
        raise BadInput(f"{path!r} leads out of the archive.", fix="Pack the folder itself.")
    if parts[-1] in taken:
        raise BadInput(f"It has two files {parts[-1]}.", fix="Pack one folder.")
    return parts[-1]


def _text(path: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise BadInput(f"{path} is not UTF-8 text.", fix="Save it as UTF-8.") from None
