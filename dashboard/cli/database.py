"""Brings the database up to date before a command uses it."""

import fcntl
from collections.abc import Iterator, Set
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from dashboard.errors import BadInput


def prepare_database() -> None:
    """Migrate the embedded database at its first use and after an upgrade.

    Raises ``BadInput`` for a database server that is not up to date: others may be using it, so
    its owner chooses the moment.
    """
    if is_current():
        return
    if connection.vendor != "sqlite":
        raise BadInput(
            "The database is not up to date with this Pumphouse.",
            fix="Run: django-admin migrate --settings dashboard.settings",
        )
    with _one_at_a_time():
        call_command("migrate", verbosity=0, interactive=False)


def is_current() -> bool:
    """Return whether every migration has been applied.

    By their names alone: Django's executor imports all of them and draws a graph, which takes
    longer than most commands.
    """
    return migrations() <= MigrationRecorder(connection).applied_migrations().keys()


@cache
def migrations() -> Set[tuple[str, str]]:
    """Return the app and the name of every migration, as Django records them."""
    return frozenset(
        (app.label, path.stem)
        for app in apps.get_app_configs()
        for path in Path(app.path, "migrations").glob("[!_~]*.py")
    )


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Keep two first commands from migrating at once; the second then finds nothing to do."""
    with (settings.HOME / "migrate.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
