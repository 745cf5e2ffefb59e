"""Jobs of several processes stay within the limits that they share, on database servers too."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from tests.support.rehearsal.jobs import ROOT


@pytest.fixture(scope="module", params=["sqlite", "mariadb", "postgresql"])
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the environment of an installation whose database has been migrated."""
    home = tmp_path_factory.mktemp("machine")
    is_file = request.param == "sqlite"
    server = "" if is_file else request.getfixturevalue(f"{request.param}_server")
    environment = {
        **os.environ,
        "DATABASE_URL": server or f"sqlite:///{home}/shared.sqlite3",
        "DJANGO_SETTINGS_MODULE": "tests.support.rehearsal.settings",
        "PUMPHOUSE_HOME": str(home),
        "PUMPHOUSE_SECRET_KEY": settings.SECRET_KEY,
    }
    migrate = [sys.executable, "-m", "django", "migrate", "--verbosity=0"]
    subprocess.run(migrate, cwd=ROOT, env=environment, check=True)
    return environment


class Processes:
    """Processes that share a database and a folder."""

    def __init__(self, environment: dict[str, str], folder: Path) -> None:
        self._environment, self._folder = environment, folder
        self._children: list[subprocess.Popen[str]] = []
        self.jobs: list[int] = json.loads(self.ended([self.begin("make")])[0].splitlines()[-1])

    def begin(self, act: str, *jobs: int) -> subprocess.Popen[str]:
        arguments = ["tests.support.rehearsal.sharing", act, self._folder, *jobs]
        child = subprocess.Popen(
            [sys.executable, "-m", *map(str, arguments)],
            cwd=ROOT,
            env=self._environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._children.append(child)
        return child

    def end(self) -> None:
        """End those that still run, as after a failure."""
        for child in self._children:
            child.kill()
            child.wait()

    def ended(self, children: list[subprocess.Popen[str]], *, code: int = 0) -> list[str]:
        """Wait for the end of all, which must be of that code; return what they printed."""
        printed = [child.communicate(timeout=120)[0] for child in children]
        assert [child.returncode for child in children] == [code] * len(children)
        return printed


@pytest.fixture
def processes(environment: dict[str, str], tmp_path: Path) -> Iterator[Processes]:
    made = Processes(environment, tmp_path)
    yield made
    made.end()


def test_one_stream_of_all_processes_passes_at_a_time_and_the_dead_hold_none(processes) -> None:
    one, two = processes.jobs
    processes.ended([processes.begin("die", one)], code=-9)
    processes.ended([processes.begin("copy", job) for job in (one, two, one, two)])


def test_one_chain_of_all_jobs_and_processes_is_under_way_at_a_time(processes) -> None:
    one, two = processes.jobs
    processes.ended([processes.begin("halt", job) for job in (one, two, one, two)])
