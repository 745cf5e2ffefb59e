"""What all tests share."""

import fcntl
import gc
import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import TransactionTestCase
from django.test.client import ClientMixin
from django.test.utils import override_settings, setup_databases, teardown_databases
from hypothesis.internal.conjecture import providers
from hypothesis.internal.constants_ast import Constants

import dashboard
from dashboard.clients.fuel.master import FuelMaster
from tests.support.emptied_database import empty_quickly
from tests.support.fuel_masters import RunningMaster, running_master
from tests.support.quick_login import log_in_quickly


def pytest_configure() -> None:
    """Keep Hypothesis from reading the constants of all our modules, which it does when tests have
    been collected: that takes seconds, and none of the generated graphs, files and clouds is about
    them."""
    providers._get_local_constants = Constants


def pytest_collection_finish() -> None:
    """Collect garbage seldom, and not among what stays to the end: that took a quarter of the
    tests' time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(200_000, 20, 100)


def pytest_sessionfinish() -> None:
    """Collect garbage once: pytest does five times, among all that a thousand tests have left."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def pumphouse_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the PUMPHOUSE_HOME of the tests: a process that gets it works on the same database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pumphouse_home: Path) -> None:
    """Keep the test database in a file: in memory, threads would not wait for each other.

    On a database server it is beside that of DATABASE_URL.
    """
    test = connections["default"].settings_dict["TEST"]
    if connections["default"].vendor == "mysql":
        test["CHARSET"] = "utf8mb4"
    if _is_embedded():
        test["NAME"] = str(pumphouse_home / "pumphouse.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
    pumphouse_home: Path,
    pytestconfig: pytest.Config,
) -> Iterator[None]:
    """Make the test database for every test that asks, with or without a mark.

    pytest-django makes it only when some test is marked; those of the lab are not, because the rows
    of a move must outlive a test, and would work on the account's own database.

    To run all migrations takes seconds, so a copy of what they make is kept in pytest's cache until
    one of them changes; the first process makes it, while the others wait.
    """
    kept = _kept_database(pytestconfig)
    with _alone(kept), django_db_blocker.unblock():
        if kept and kept.exists():
            shutil.copy(kept, pumphouse_home / "pumphouse.sqlite3")
        databases = setup_databases(
            verbosity=0, interactive=False, keepdb=True, aliases={"default"}, serialized_aliases=()
        )
        if kept and not kept.exists():
            _keep_database(kept)
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


def _kept_database(pytestconfig: pytest.Config) -> Path | None:
    """Return where a migrated database is kept, None where the tests are on a database server."""
    if not _is_embedded():
        return None
    return pytestconfig.cache.mkdir("migrated") / f"{_digest_of_migrations()}.sqlite3"


@contextmanager
def _alone(kept: Path | None) -> Iterator[None]:
    """Keep other processes out while the database is made; to migrate thrice takes thrice as long
    where there are fewer cores than processes."""
    if kept is None:
        yield
        return
    with kept.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _is_embedded() -> bool:
    return connections["default"].vendor == "sqlite"


def _digest_of_migrations() -> str:
    digest = hashlib.sha256()
    for path in sorted(Path(dashboard.__path__[0]).glob("*/migrations/*.py")):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _keep_database(kept: Path) -> None:
    """Copy the test database; other processes see all of the copy or nothing."""
    whole = kept.with_suffix(f".{os.getpid()}")
    with connections["default"].cursor() as cursor:
        cursor.execute("VACUUM INTO %s", [str(whole)])
    whole.replace(kept)


@pytest.fixture(scope="session", autouse=True)
def _home(pumphouse_home: Path) -> None:
    """Keep secrets files out of the account's own installation: plans have the same numbers."""
    settings.HOME = pumphouse_home


@pytest.fixture(scope="session", autouse=True)
def _in_utc() -> Iterator[None]:
    """Keep to UTC, whatever TZ says where the tests run; so do the processes that they start."""
    with override_settings(TIME_ZONE="UTC"):
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_settings() -> None:
    """Hash passwords in microseconds, and let no test client look through all static files."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.WHITENOISE_AUTOREFRESH = True


@pytest.fixture(scope="session", autouse=True)
def _quick_emptying() -> Iterator[None]:
    """Leave alone what migrating filled when a test of transactions is over."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", empty_quickly)
        yield


@pytest.fixture(scope="session", autouse=True)
def _quick_login() -> Iterator[None]:
    """Log clients in without what only a real login is for."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ClientMixin, "force_login", log_in_quickly)
        yield


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningMaster]:
    """Serve a Fuel stand-in of the test's own."""
    with running_master(tmp_path) as running:
        yield running


@pytest.fixture
def fuel(running: RunningMaster) -> FuelMaster:
    """Return the client of that stand-in."""
    return FuelMaster(running.endpoint)
