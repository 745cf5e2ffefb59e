"""Pages and searches answer the same on the database servers as on SQLite, and as cheaply."""

import os
import subprocess
import sys

import pytest

from tests.support.rehearsal.jobs import ROOT

FILES = (
    "tests/unit/jobs/test_log_search.py",
    "tests/unit/jobs/test_sweeping.py",
    "tests/moves/test_large_plans.py",
    "tests/unit/test_many_rows.py",
)
"""Tests of the queries that read many rows: they run once more, each in a server's database."""


@pytest.mark.parametrize("server", ["mariadb", "postgresql"])
def test_what_holds_on_sqlite_holds_on_a_server(
    request: pytest.FixtureRequest, server: str
) -> None:
    address = request.getfixturevalue(f"{server}_server")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *FILES],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": address},
        check=False,
        stdout=subprocess.PIPE,
        text=True,
        timeout=900,
    )
    assert done.returncode == 0, done.stdout[-6000:]
