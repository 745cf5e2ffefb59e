"""Reads settings from the environment, and says in one sentence what is wrong with one.

A name with _FILE behind it names a file that holds the value. Sentences never show a value: it may
be a secret. django-environ only takes addresses apart here, because it follows a value that begins
with $ to another variable, which a password may.
"""

import os
from collections.abc import Collection, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from dashboard.errors import BadInput

FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
BROKERS = ("redis://", "rediss://", "unix://")
# The end of Django's name of an engine, the package that it needs, and how to install that.
DRIVERS = {
    "sqlite3": ("sqlite3", "sqlite3"),
    "mysql": ("pymysql", "PyMySQL"),
    "postgresql": ("psycopg", "'.[postgresql]'"),
}


class Environment:
    """The variables of a process. Each method raises ``BadInput`` for a value of no use."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self._variables = variables

    def __call__(self, name: str, default: str = "") -> str:
        """Return a text, without blanks and line ends around it."""
        if path := self._variables.get(f"{name}_FILE"):
            return _content(name, Path(path))
        return self._variables.get(name, default).strip()

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number; the default for an empty value."""
        text = self(name) or str(default)
        if not text.isdecimal() or int(text) < least:
            raise BadInput(f"{name} is not a whole number of at least {least}.", fix=_fix(name))
        return int(text)

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false; the default for an empty value."""
        text = self(name) or str(default)
        if text.lower() not in FLAGS:
            raise BadInput(f"{name} is neither true nor false.", fix=_fix(name))
        return FLAGS[text.lower()]

    def words(self, name: str, default: str = "") -> list[str]:
        """Return what stands between commas."""
        return [text for part in self(name, default).split(",") if (text := part.strip())]

    def pairs(self, name: str, default: str = "") -> dict[str, str]:
        """Return what stands as KEY=VALUE between commas."""
        pairs = [part.partition("=") for part in self.words(name, default)]
        if not all(key and value for key, _, value in pairs):
            raise BadInput(f"{name} is not a list of NAME=VALUE.", fix=_fix(name))
        return {key.strip(): value.strip() for key, _, value in pairs}

    def one_of(self, name: str, choices: Collection[str], *, default: str) -> str:
        """Return one of the choices, which are in upper case; the value need not be."""
        text = (self(name) or default).upper()
        if text not in choices:
            raise BadInput(f"{name} is none of {', '.join(choices)}.", fix=_fix(name))
        return text

    def time_zone(self, name: str, *, default: str) -> str:
        """Return the name of a time zone that this machine knows."""
        text = self(name) or default
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput(
                f"{name} is not a time zone that this machine knows.",
                fix="Give one as Europe/Prague.",
            ) from None
        return text

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's settings of a database whose driver is installed."""
        database = _database(self(name) or default)
        engine = database["ENGINE"].rpartition(".")[2]
        if engine not in DRIVERS:
            raise BadInput(f"{name} is not the address of a database.", fix=_fix(name))
        _check_installed(*DRIVERS[engine], name=name)
        return database

    def broker(self, name: str) -> str:
        """Return the address of a Redis whose driver is installed; empty where there is none."""
        address = self(name)
        if not address:
            return ""
        if not address.startswith(BROKERS):
            raise BadInput(f"{name} is not the address of a Redis.", fix=_fix(name))
        _check_installed("redis", "'.[redis]'", name=name)
        return address

    def mail(self, name: str) -> dict[str, Any]:
        """Return Django's settings of a mail server, those of none where there is none."""
        try:
            return dict(Env.email_url_config(self(name) or "dummymail://"))
        except (ImproperlyConfigured, ValueError):
            raise BadInput(f"{name} is not the address of a mail server.", fix=_fix(name)) from None


def make_home(path: Path) -> Path:
    """Make the directory of an installation and the one for static files in it."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        # without it whitenoise warns at every start
        (path / "static").mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be made or written: {error.strerror}.",
            fix="Run as its owner, or name another directory in PUMPHOUSE_HOME.",
        ) from None
    return path


def _content(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) else "It is not text"
        raise BadInput(
            f"{path} cannot be read: {why}.", fix=f"{name}_FILE names it for {name}."
        ) from None


def _database(address: str) -> dict[str, Any]:
    """Take an address apart. The engine is empty when it is none; django-environ only warns."""
    nothing = {"ENGINE": ""}
    try:
        is_known = urlsplit(address).scheme in Env.DB_SCHEMES
        return dict(Env.db_url_config(address)) if is_known else nothing
    except ValueError:
        return nothing


def _check_installed(module: str, package: str, *, name: str) -> None:
    if not find_spec(module):
        raise BadInput(
            f"{name} needs the package {module}, which is not installed.",
            fix=f"Run: pip install {package}",
        )


def _fix(name: str) -> str:
    return f"Correct {name} in the environment; docs/configuration.md says what it does."
