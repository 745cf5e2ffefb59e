"""Which commands there are, and what is imported to run one."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from dashboard.cli import commands
from dashboard.cli.known_commands import known_commands
from dashboard.hosts_app import actions
from dashboard.jobs.verb import Verb
from dashboard.jobs.verbs.base import server_verbs
from dashboard.migrations_app import verbs
from dashboard.migrations_app.verbs.base import tenant_verbs

HEAVY = {
    *("django", "rich", "rich.progress", "rest_framework.views", "drf_spectacular.openapi"),
    *("keystoneauth1", "openstack", "fuelclient", "pyghmi", "pymysql", "gunicorn", "requests"),
}

HEAVY_PACKAGES = (
    *("dashboard.cli.commands.", "dashboard.hosts_app.actions.", "dashboard.migrations_app.verbs."),
    *("dashboard.clients.", "dashboard.migrations_app.resources."),
)

pytestmark = pytest.mark.django_db


def test_every_file_of_commands_and_of_host_actions_is_a_command_but_for_parts_of_another_one():
    packages = (commands, verbs, actions)
    files = {path.stem for each in packages for path in Path(*each.__path__).glob("*.py")}
    parts: list[Verb[Any]] = [*tenant_verbs(), *server_verbs()]
    others = {"__init__", "base", "power", "shared_options"} | {
        verb.name for verb in parts if verb.command
    }
    assert {name.replace("-", "_") for name in known_commands()} == files - others


def test_every_command_says_in_one_line_what_it_does():
    for name, known in known_commands().items():
        assert known.help.endswith("."), name


def test_every_known_command_is_the_command_that_its_file_declares():
    for name, known in known_commands().items():
        assert known.command.name.replace("_", "-") == name


def test_version_and_help_import_neither_django_nor_any_command():
    told = heavy_modules("--version"), heavy_modules("--help")
    assert told == (set(), set())


def test_the_newest_jobs_are_shown_without_the_clients_of_clouds_and_fuel():
    plain = "dashboard.clients.call_tally"  # of the rows of workers; it imports nothing
    assert heavy_modules("status") <= {"django", "dashboard.cli.commands.status", "rich", plain}


def heavy_modules(argument: str) -> set[str]:
    """Return which of the modules that are only imported where they are needed are imported."""
    script = (
        "import sys; from dashboard.cli.main import main\n"
        f"try: main([{argument!r}])\n"
        "except SystemExit: pass\n"
        "print(*sys.modules)"
    )
    environment = {**os.environ, "PUMPHOUSE_HOME": str(settings.HOME)}
    told = subprocess.check_output([sys.executable, "-c", script], text=True, env=environment)
    imported = set(told.splitlines()[-1].split())
    return {name for name in imported if name in HEAVY or name.startswith(HEAVY_PACKAGES)}
