"""``pumphouse backup``."""

import os
import sqlite3
import tarfile
import tempfile
from argparse import ArgumentParser, Namespace
from contextlib import closing
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.db import connection

from dashboard.cli.command import OK, Command
from dashboard.cli.console import Console
from dashboard.errors import BadInput

MADE_ANEW = ("static", "migrate.lock")


class BackupCommand(Command):
    """Write the database, the secret key and sealed files into one archive."""

    name = "backup"
    uses_clouds = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take where the archive goes."""
        parser.add_argument("file", metavar="FILE", type=Path, help="a new .tar.gz")

    def run(self, options: Namespace, console: Console) -> int:
        """Write it; jobs may run meanwhile."""
        is_embedded = connection.vendor == "sqlite"
        with (
            _new_file(options.file) as file,
            tarfile.open(fileobj=file, mode="w:gz") as archive,
        ):
            if is_embedded:
                _add_database(archive)
            _add_other_files(archive, besides=options.file)
        console.print(f"{options.file} holds a copy of {settings.HOME}. It has secrets in it.")
        if not is_embedded:
            console.print("The rows are on a database server: copy them with its own tool.")
        console.print_json({"file": str(options.file), "has_database": is_embedded})
        return OK


def _new_file(path: Path) -> BinaryIO:
    """Open a file that only we may read. Raises ``BadInput`` where it cannot be written."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be written: {error.strerror}.", fix="Name a file that is not there yet."
        ) from None
    return os.fdopen(descriptor, "wb")


def _add_database(archive: tarfile.TarFile) -> None:
    """Add the database as it is at one moment: its files themselves change while it is used."""
    database = Path(settings.DATABASES["default"]["NAME"])
    with tempfile.TemporaryDirectory() as directory:
        copy = Path(directory) / database.name
        with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        archive.add(copy, arcname=database.name)


def _add_other_files(archive: tarfile.TarFile, *, besides: Path) -> None:
    """Add all else of ours, but for the archive itself: in a container it is written there."""
    database = Path(settings.DATABASES["default"]["NAME"]).name
    for path in sorted(settings.HOME.iterdir()):
        is_ours = not path.name.startswith(database) and path.name not in MADE_ANEW
        if is_ours and not path.samefile(besides):
            archive.add(path, arcname=path.name)
