"""Folders of a tenant in the format of os-migrate: read, edited, and planned from."""

from pathlib import Path
from typing import Any

import yaml

from dashboard.migrations_app.models import Plan
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import fresh
from tests.support.cloud.seeds import NAME
from tests.support.commands import run

CLOUDS = ("--source", "old", "--destination", "new")


def load(folder: Path, name: str) -> list[Json]:
    """Return the resources of a file."""
    found: list[Json] = yaml.safe_load((folder / name).read_text())["resources"]
    return found


def edit(folder: Path, name: str, change: Any) -> None:
    """Change the resources of a file in place."""
    document = yaml.safe_load((folder / name).read_text())
    change(document["resources"])
    (folder / name).write_text(yaml.safe_dump(document))


def named(resources: list[Json], name: str) -> Json:
    """Return the resource of the seeded tenant with that name."""
    return next(each for each in resources if each["params"].get("name") == f"{NAME}-{name}")


def planned(folder: Path, *more: str) -> Plan:
    """Plan from a folder or an archive on the command line; return the plan."""
    assert run("plan", "--from", str(folder), *CLOUDS, *more) == 0
    return fresh(Plan.objects.latest("pk"))
