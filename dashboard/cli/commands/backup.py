"""``pumphouse backup``."""

import os
import sqlite3
import tarfile
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection
from typing_extensions import override

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.errors import BadInput, NeedsOperator

RECREATED = ("static", "migrate.lock")
"""Files that the next start creates, so that no backup needs them."""


class BackupCommand(Command):
    """Back up the database, the secret key and the secrets files into one archive."""

    name = "backup"
    uses_clouds = False

    @override
    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", type=Path, help="the .tar.gz to create")

    @override
    def run(self, options: Namespace, console: Console) -> int:
        is_embedded = connection.vendor == "sqlite"
        with (
            _new_file(options.file) as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            if is_embedded:
                _add_database(archive)
            _add_other_files(archive, besides=options.file)
        console.print(f"Backed up {settings.HOME} to {options.file}. The file contains secrets.")
        if not is_embedded:
            console.print("The database is on a server: back it up with the server's own tool.")
        console.print_json({"file": str(options.file), "has_database": is_embedded})
        return OK


@contextmanager
def _new_file(path: Path) -> Iterator[BinaryIO]:
    """Create a file that only this account can read, and remove it if it cannot be finished.

    Raises ``BadInput`` if it cannot be created, ``NeedsOperator`` if the disk does not take it.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be created: {error.strerror}.", fix="Name a file that does not exist."
        ) from None
    try:
        with os.fdopen(descriptor, "wb") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError | sqlite3.Error):
            why = getattr(error, "strerror", None) or str(error)
            raise NeedsOperator(
                f"{path} was not written: {why}.", fix="Free some space, or name another disk."
            ) from None
        raise


def _add_database(archive: tarfile.TarFile) -> None:
    """Add a consistent snapshot of the database, whose own files may change meanwhile."""
    database = Path(settings.DATABASES["default"]["NAME"])
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / database.name
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        archive.add(copy, arcname=database.name)


def _add_other_files(archive: tarfile.TarFile, *, besides: Path) -> None:
    """Add the other files in HOME except the archive itself, which may be written there."""
    database = Path(settings.DATABASES["default"]["NAME"]).name
    for path in sorted(settings.HOME.iterdir()):
        is_ours = not path.name.startswith(database) and path.name not in RECREATED
        if is_ours and not path.samefile(besides):
            archive.add(path, arcname=path.name)
