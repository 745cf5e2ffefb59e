"""A job from end to end with the servers of an installation on several machines."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import redis
from django.conf import settings

from tests.support.rehearsal.jobs import ROOT, lines, process

STEPS = 30


@pytest.fixture(scope="module", params=["mariadb", "postgresql"])
def environment(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, str]:
    """Return the environment of an installation on a database server that has been migrated."""
    environment = {
        "DATABASE_URL": request.getfixturevalue(f"{request.param}_server"),
        "DJANGO_SETTINGS_MODULE": "tests.support.rehearsal.settings",
        "PUMPHOUSE_HOME": str(tmp_path_factory.mktemp("machine")),
        "PUMPHOUSE_SECRET_KEY": settings.SECRET_KEY,
    }
    run("django", "migrate", "--verbosity=0", environment=environment)
    return environment


def run(*arguments: str, environment: dict[str, str]) -> str:
    """Run ``python -m …`` to its end and return what it printed."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        check=True,
        stdout=subprocess.PIPE,
        text=True,
        timeout=540,
    ).stdout


def moved_by_a_cluster(environment: dict[str, str], notes: Path) -> dict[str, object]:
    home = Path(environment["PUMPHOUSE_HOME"])
    others = {name: value for name, value in environment.items() if name != "PUMPHOUSE_HOME"}
    with process("django", "qcluster", home=home, **others):
        client = ("tests.support.rehearsal.run_job", str(notes), str(STEPS), "60")
        return json.loads(run(*client, environment=environment).splitlines()[-1])


def assert_moved(result: dict[str, object], notes: Path) -> None:
    assert result["state"] == "failed"
    assert str(result["explanation"]).startswith("No: it costs €5 🚫")
    assert result["done"] == STEPS + 2
    assert result["bytes_done"] == 2**33
    assert len(lines(notes)) == STEPS


def test_a_job_runs_on_a_database_server_that_is_its_broker_too(
    environment: dict[str, str], tmp_path: Path
) -> None:
    assert_moved(moved_by_a_cluster(environment, tmp_path / "n"), tmp_path / "n")


def test_a_job_runs_with_redis_as_broker(
    environment: dict[str, str], redis_server: str, tmp_path: Path
) -> None:
    with redis.from_url(redis_server) as broker:
        broker.flushall()
        before = broker.info("commandstats").get("cmdstat_rpush", {}).get("calls", 0)
        with_redis = {**environment, "PUMPHOUSE_BROKER": redis_server}
        assert_moved(moved_by_a_cluster(with_redis, tmp_path / "n"), tmp_path / "n")
        after = broker.info("commandstats")["cmdstat_rpush"]["calls"]
    assert after > before, "the task did not go through Redis"


def test_rival_runners_do_not_lose_a_step_to_deadlocks(
    environment: dict[str, str], tmp_path: Path
) -> None:
    """The benchmark's dense graph, run by a cluster of four, ends with every step done once."""
    crowd = {**environment, "PUMPHOUSE_WORKERS": "4", "PUMPHOUSE_STEP_THREADS": "4"}
    result = run(
        "tests.support.rehearsal.rivals", str(tmp_path / "n"), "4", "600", environment=crowd
    )
    assert json.loads(result.splitlines()[-1]) == {"state": "done", "done": 600}
    keys = [line.split()[0] for line in lines(tmp_path / "n")]
    assert len(keys) == len(set(keys)) == 600
