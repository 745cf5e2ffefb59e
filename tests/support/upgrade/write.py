"""Write the database and the clouds that the tests of upgrades begin with.

They were written by the tree of commit fec8b13, the last one before the layout of today. To write
them again, in a worktree of that commit with a virtual environment of its own, whose tests/support
has this package and today's cloud in memory beside it:

    PUMPHOUSE_HOME=/var/lib/pumphouse .venv/bin/python -m tests.support.upgrade.write

The clouds are kept as the cloud in memory has them: when what it keeps changes, so that the tests
of upgrades find no user or object any more, they have to be written again.

Pumphouse's own jobs write the rows: a job of each kind that matters here is started and run. The
last one dies when its server has just been created and nothing of that is recorded.
"""

import base64
import json
import os
import sqlite3
import sys
from pathlib import Path
from typing import Any

import django

HERE = Path(__file__).parent
DATABASE = HERE / "database.sql"
CLOUDS = HERE / "clouds.json"
DIES = 9
SECRET_KEY = "the key of the old installation, from which passwords are derived"


def main() -> None:
    """Write the rows in a process that dies of it, then what it left behind."""
    if "--child" not in sys.argv:
        os.environ["PUMPHOUSE_SECRET_KEY"] = SECRET_KEY
        os.spawnv(os.P_WAIT, sys.executable, [sys.executable, "-m", __spec__.name, "--child"])
        _dump(Path(os.environ["PUMPHOUSE_HOME"]) / "pumphouse.sqlite3")
        return
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "dashboard.settings")
    from dashboard.clients import openstack

    openstack.CloudSession = openstack.Cloud  # as the cloud in memory knows it
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from tests.support.upgrade.rows import write_rows

    write_rows()


def keep_clouds(*clouds: Any) -> None:
    """Write what is in the clouds."""
    states = {cloud.name: cloud.state for cloud in clouds}
    text = json.dumps(states, default=_plain, indent=0, sort_keys=True)
    CLOUDS.write_text(text + "\n", encoding="utf-8")


def _plain(value: Any) -> Any:
    if isinstance(value, bytes | bytearray):
        return {"base64": base64.b64encode(value).decode()}
    if isinstance(value, set | frozenset):
        return {"set": sorted(value)}
    raise TypeError(f"{type(value).__name__} in the state of a cloud: {value!r}")


def _dump(database: Path) -> None:
    with sqlite3.connect(database) as connection:
        DATABASE.write_text("\n".join(connection.iterdump()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
