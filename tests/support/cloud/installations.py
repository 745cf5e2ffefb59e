"""Several installations of the product, each with a database of its own, on the same two clouds."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.db import connections
from django.test import override_settings

from dashboard.migrations_app.execution import identities
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds
from tests.support.upgrade.installation import database_at


class Installation:
    """One installation: what it knows is in its database, made as an empty copy of the tests'."""

    def __init__(self, name: str, folder: Path) -> None:
        self.name = name
        self.folder = folder / name
        self.folder.mkdir()
        self._database = self.folder / "pumphouse.sqlite3"
        with connections["default"].cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(self._database)])

    @contextmanager
    def between(self, old: MemoryCloud, new: MemoryCloud) -> Iterator[TwoClouds]:
        """Work as this installation while inside, and return the clouds as it knows them."""
        # plans have the same numbers in each database
        identities._identities.cache_clear()
        key = override_settings(SECRET_KEY=f"the key of {self.name}", HOME=self.folder)
        with database_at(self._database), key:
            yield TwoClouds(old, new, self.folder / "clouds.yaml")
        identities._identities.cache_clear()
