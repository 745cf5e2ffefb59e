"""Brings the old installation to life: its database upgraded, its two clouds as they were."""

import base64
import json
import random
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.db import connections
from django.test import override_settings

from dashboard.migrations_app.execution import identities
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, quick_clock
from tests.support.cloud.wire import connected
from tests.support.upgrade.write import CLOUDS, DATABASE, SECRET_KEY


def old_rows() -> dict[str, int]:
    """Return how many rows each table of the old database has."""
    with sqlite3.connect(":memory:") as database:
        database.executescript(DATABASE.read_text(encoding="utf-8"))
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        return {
            name: database.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]
            for (name,) in tables
        }


def upgrade(path: Path) -> None:
    """Write the old database to a file and bring it up to date, as ``pumphouse up`` does."""
    with sqlite3.connect(path) as database:
        database.executescript(DATABASE.read_text(encoding="utf-8"))
    with database_at(path):
        call_command("migrate", verbosity=0)


@contextmanager
def installation(upgraded: Path, folder: Path) -> Iterator[TwoClouds]:
    """Work on a copy of an upgraded database while inside, with the clouds as it knew them."""
    database = folder / "upgraded.sqlite3"
    shutil.copy(upgraded, database)
    old, new = _clouds()
    # plans have the same numbers in each copy: no session of another copy may be taken up again
    identities._identities.cache_clear()
    with (
        database_at(database),
        override_settings(SECRET_KEY=SECRET_KEY),
        connected(old, new),
        quick_clock(),
    ):
        yield TwoClouds(old, new, folder / "clouds.yaml")


@contextmanager
def database_at(path: Path) -> Iterator[None]:
    """Point all threads at the database in that file while inside."""
    database = connections["default"]
    before = database.settings_dict["NAME"]
    database.close()
    database.settings_dict["NAME"] = str(path)
    try:
        yield
    finally:
        database.close()
        database.settings_dict["NAME"] = before


def _clouds() -> tuple[MemoryCloud, MemoryCloud]:
    states = json.loads(CLOUDS.read_text(encoding="utf-8"), object_hook=_revived)
    clouds = MemoryCloud("old"), MemoryCloud("new")
    for cloud in clouds:
        cloud.state = states[cloud.name]
        # or the first ids would be given again
        cloud._random = random.Random(f"{cloud.name} after the upgrade")
    return clouds


def _revived(found: dict[str, Any]) -> Any:
    """Turn what ``write.keep_clouds`` wrote as an object back into bytes or a set."""
    if set(found) == {"base64"}:
        return base64.b64decode(found["base64"])
    return set(found["set"]) if set(found) == {"set"} else found
