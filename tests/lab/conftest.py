"""The two real clouds of the lab, and tenants on them.

What works on hosts and what moves tenants would get into each other's way. They have a pair of
clouds each, where `PUMPHOUSE_LAB_PAIRS` says that there are two; else they share one, with names of
their own. The database is unblocked for the whole folder: a moved tenant's ledger must outlive the
test that moved it.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from typing_extensions import override
from xdist.scheduler import LoadScopeScheduling

import lab
from dashboard.clients.openstack import CloudSession
from dashboard.hosts_app.clouds import cloud_named, connect, register_clouds
from dashboard.hosts_app.models import Cloud
from dashboard.jobs.models import Job
from dashboard.jobs.runner import run_job
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import Plan, plan_of
from dashboard.migrations_app.planning.moves import move_of
from dashboard.migrations_app.seeding.context import SeedCounts
from dashboard.migrations_app.seeding.tenants import seed_tenants
from dashboard.migrations_app.verbs.plan import PlanMove
from tests.lab.inventory import Inventory
from tests.support.emptied_database import empty

PAIRS = int(os.environ.get("PUMPHOUSE_LAB_PAIRS") or 1)
# what shares a pair of clouds, and with it a process
SHARING = ("tests/lab/hosts/", "tests/lab/") if PAIRS > 1 else ("tests/lab/",)


class OneProcessForClouds(LoadScopeScheduling):
    """Keeps all tests that share clouds in one process; others by file.

    ``--dist loadgroup`` is for this, and groups nothing with pytest 9.2 and xdist 3.8.
    """

    @override
    def _split_scope(self, nodeid: str) -> str:
        sharing = next((folder for folder in SHARING if nodeid.startswith(folder)), "")
        return sharing or super()._split_scope(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> OneProcessForClouds:
    """Return how tests are spread over several processes."""
    return OneProcessForClouds(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what waits for clouds; pytest-django puts it behind what has a database."""
    items.sort(key=lambda item: not item.nodeid.startswith(SHARING))


@pytest.fixture(scope="session", autouse=True)
def _own_pair(worker_id: str) -> Iterator[None]:
    """Use the pair of clouds of this process: gw0 the first, gw1 the second."""
    number = int(worker_id.removeprefix("gw")) if worker_id != "master" else 0
    with pytest.MonkeyPatch.context() as environment:
        if PAIRS > 1:
            environment.setenv("PUMPHOUSE_LAB_PAIR", str(number % PAIRS + 1))
        yield


@pytest.fixture(scope="package", autouse=True)
def _rows_go_with_the_lab(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """Empty the database after the last of these tests: those that this process runs next begin
    with no rows."""
    yield
    with django_db_blocker.unblock():
        empty(connection)


@pytest.fixture(scope="session")
def clouds(
    _own_pair: None, django_db_setup: None, django_db_blocker: Any
) -> Iterator[dict[str, Cloud]]:
    """Return the rows of both clouds, src and dst."""
    status = subprocess.run([sys.executable, "-m", "lab", "status"], capture_output=True)
    if status.returncode:
        pytest.fail("The lab does not run; start it with: make lab-up")
    with django_db_blocker.unblock():
        register_clouds(lab.clouds_yaml_path())
        yield {name: cloud_named(name) for name in ("src", "dst")}


@pytest.fixture(scope="session")
def admin(clouds: dict[str, Cloud]) -> User:
    """Return the account of an operator."""
    return User.objects.create_superuser("lab-operator")


@pytest.fixture(scope="session")
def source(clouds: dict[str, Cloud]) -> CloudSession:
    """Return the source as its operator."""
    return connect(clouds["src"])


@pytest.fixture(scope="session")
def destination(clouds: dict[str, Cloud]) -> CloudSession:
    """Return the destination as its operator."""
    return connect(clouds["dst"])


@pytest.fixture(scope="session")
def seed(source: CloudSession, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """Return a function that makes a tenant on the source and tells what is in it."""
    secrets_dir: Path = tmp_path_factory.mktemp("seeded")

    def make(**numbers: int) -> Any:
        wanted = SeedCounts(**{"tenants": 1, **numbers})
        return seed_tenants(source, counts=wanted, secrets_dir=secrets_dir, report=lambda _: None)[
            0
        ]

    return make


@pytest.fixture(scope="session")
def tenant_with_data(seed: Callable[..., Any]) -> Any:
    """Return a tenant with two servers, an attached and a detached volume.

    Several modules use it: one that changes it or moves it has to put it back.
    """
    return seed(servers=2, volumes=1)


@pytest.fixture(scope="session")
def plan_move(clouds: dict[str, Cloud]) -> Callable[..., Plan]:
    """Return a function that plans the move of a tenant from src to dst."""

    def plan_tenant(
        name: str, choices: dict[str, str] | None = None, options: dict[str, str] | None = None
    ) -> Plan:
        look_up_tenant(clouds["src"], name)
        move = move_of(clouds["src"], name, clouds["dst"], choices)
        return plan_of(run(PlanMove().start(move, **options or {})))

    return plan_tenant


@pytest.fixture(scope="session")
def take_inventory(source: CloudSession, destination: CloudSession) -> Callable[[], Inventory]:
    """Return a function that lists everything that is on both clouds."""
    return lambda: Inventory.of(source, destination)


def run(job: Job, *, state: str = "done") -> Job:
    """Run a job in this process to its end, which must be that state."""
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == state, f"{job}: {job.state}. {job.explanation}\n{_log(job)}"
    return job


def _log(job: Job) -> str:
    return "\n".join(line.message for line in job.log.filter(level__gte=30))
