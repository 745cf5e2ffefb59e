"""What all tests share."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test.utils import setup_databases, teardown_databases

from dashboard.clients.fuel.master import FuelMaster
from tests.support.fuel_masters import RunningMaster, running_master


@pytest.fixture(scope="session")
def pumphouse_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the PUMPHOUSE_HOME of the tests: a process that gets it works on the same database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pumphouse_home: Path) -> None:
    """Keep the test database in a file: in memory, threads would not wait for each other."""
    test = connections["default"].settings_dict["TEST"]
    test["NAME"] = str(pumphouse_home / "pumphouse.sqlite3")


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None,
    django_db_blocker: Any,
    django_db_modify_db_settings: None,
) -> Iterator[None]:
    """Make the test database for every test that asks, with or without a mark.

    pytest-django makes it only when some test is marked; those of the lab are not, because the rows
    of a move must outlive a test, and would work on the account's own database.
    """
    with django_db_blocker.unblock():
        databases = setup_databases(
            verbosity=0, interactive=False, aliases={"default"}, serialized_aliases=()
        )
    yield
    with django_db_blocker.unblock():
        teardown_databases(databases, verbosity=0)


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash passwords in microseconds: the default takes a good part of a test's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningMaster]:
    """Serve a Fuel stand-in of the test's own."""
    with running_master(tmp_path) as running:
        yield running


@pytest.fixture
def fuel(running: RunningMaster) -> FuelMaster:
    """Return the client of that stand-in."""
    return FuelMaster(running.endpoint)
