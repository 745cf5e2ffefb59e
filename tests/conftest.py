"""What all tests share."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections

from tests.servers import mariadb_server, redis_server  # noqa: F401 - fixtures


@pytest.fixture(scope="session")
def pumphouse_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the PUMPHOUSE_HOME of the tests: a process that gets it works on the same database."""
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(pumphouse_home: Path) -> None:
    """Keep the test database in a file: in memory, threads would not wait for each other."""
    test = connections["default"].settings_dict["TEST"]
    test["NAME"] = str(pumphouse_home / "pumphouse.sqlite3")


@pytest.fixture(scope="session", autouse=True)
def _quick_passwords() -> None:
    """Hash passwords in microseconds: the default takes a good part of a test's time."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
