"""A backup of an installation that runs makes the same installation elsewhere."""

import errno
import os
import sqlite3
import stat
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest

from dashboard.cli.commands.backup import _new_file
from dashboard.errors import NeedsOperator

PASSWORD = "a-password-for-tests-only"


def pumphouse(home: Path, *arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "dashboard.cli.main", *arguments],
        env={**os.environ, "PUMPHOUSE_HOME": str(home), "PUMPHOUSE_CONFIG": ""},
        input=typed,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of an installation that has one user."""
    home = tmp_path_factory.mktemp("installation")
    pumphouse(home, "user", "add", "me", "--role", "admin", "--password-stdin", typed=PASSWORD)
    return home


def test_what_was_backed_up_can_be_restored(home, tmp_path):
    archive, other = tmp_path / "copy.tar.gz", tmp_path / "other"
    (home / "one-time-passwords-of-plan-1.csv").write_text("sealed")
    with sqlite3.connect(home / "pumphouse.sqlite3") as in_use:
        in_use.execute("BEGIN")
        in_use.execute("SELECT * FROM auth_user").fetchone()
        done = pumphouse(home, "backup", str(archive))
    assert done.returncode == 0, done.stderr
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600

    other.mkdir(mode=0o700)
    subprocess.run(["tar", "-xzf", archive, "-C", other], check=True)
    assert "me" in pumphouse(other, "user", "list").stdout
    for name in ("secret_key", "one-time-passwords-of-plan-1.csv"):
        assert (other / name).read_text() == (home / name).read_text()
        assert stat.S_IMODE((other / name).stat().st_mode) == stat.S_IMODE(
            (home / name).stat().st_mode
        )


def test_an_archive_beside_the_data_is_not_in_itself(home):
    done = pumphouse(home, "backup", str(home / "copy.tar.gz"))
    assert done.returncode == 0, done.stderr
    with tarfile.open(home / "copy.tar.gz") as archive:
        assert {"pumphouse.sqlite3", "secret_key"} <= set(archive.getnames())
        assert "copy.tar.gz" not in archive.getnames()


def test_a_file_that_is_there_is_not_overwritten(home, tmp_path):
    archive = tmp_path / "copy.tar.gz"
    archive.write_text("of yesterday")
    done = pumphouse(home, "backup", str(archive))
    assert (done.returncode, archive.read_text()) == (2, "of yesterday")
    assert "cannot be created: File exists." in done.stderr


@pytest.mark.parametrize(
    "error", [OSError(errno.ENOSPC, "No space left"), sqlite3.OperationalError("disk is full")]
)
def test_a_full_disk_leaves_nothing_that_blocks_the_next_backup(tmp_path, error):
    archive = tmp_path / "copy.tar.gz"
    told = pytest.raises(NeedsOperator, match=r"was not written: (No space left|disk is full)\.")
    with told, _new_file(archive) as file:
        file.write(b"half of it")
        raise error
    assert not archive.exists()
