"""Reads settings from environment variables and rejects a bad one in a single sentence.

A variable with the suffix _FILE names a file that holds the value. Messages never show a value,
since it may be a secret. django-environ is used only to parse URLs: it resolves a value that starts
with $ as another variable, and a password may start with $.
"""

import os
import stat
from collections.abc import Collection, Mapping
from contextlib import suppress
from importlib.util import find_spec
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.core.exceptions import ImproperlyConfigured
from environ import Env

from dashboard.errors import BadInput
from dashboard.text_files import is_utf8, read_text
from dashboard.whole_numbers import whole_number

FLAGS = {
    **dict.fromkeys(("true", "yes", "on", "1"), True),
    **dict.fromkeys(("false", "no", "off", "0"), False),
}
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")
BROKERS = ("redis://", "rediss://", "unix://")
# The last part of Django's engine name, the module that it needs, and what to install for it.
DRIVERS = {
    "sqlite3": ("sqlite3", "sqlite3"),
    "mysql": ("pymysql", "PyMySQL"),
    "postgresql": ("psycopg", "'.[postgresql]'"),
}


class ProcessEnv:
    """The environment variables of a process. Each method raises ``BadInput`` for a bad value."""

    def __init__(self, variables: Mapping[str, str] = os.environ) -> None:
        self._variables = variables

    def __call__(self, name: str, default: str = "") -> str:
        """Return the text, stripped of surrounding whitespace."""
        if path := self._variables.get(f"{name}_FILE"):
            return _read_file(name, Path(path))
        text = self._variables.get(name, default).strip()
        if not is_utf8(text):
            raise BadInput(f"{name} is not UTF-8 text.", fix=_fix(name))
        return text

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number; the default for an empty value."""
        number = whole_number(self(name) or str(default))
        if number is None or number < least:
            raise BadInput(f"{name} must be a whole number of at least {least}.", fix=_fix(name))
        return number

    def flag(self, name: str, *, default: bool) -> bool:
        """Return true or false; the default for an empty value."""
        text = self(name) or str(default)
        if text.lower() not in FLAGS:
            raise BadInput(f"{name} must be true or false.", fix=_fix(name))
        return FLAGS[text.lower()]

    def words(self, name: str, default: str = "") -> list[str]:
        """Return the items of a comma-separated list."""
        return [text for part in self(name, default).split(",") if (text := part.strip())]

    def networks(self, name: str) -> list[IPv4Network | IPv6Network]:
        """Return the networks of a comma-separated list of addresses and networks."""
        try:
            return [ip_network(word) for word in self.words(name)]
        except ValueError:
            raise BadInput(
                f"{name} must be a list of addresses or networks such as 10.20.0.0/24.",
                fix=_fix(name),
            ) from None

    def pairs(self, name: str, default: str = "") -> dict[str, str]:
        """Return the mapping of a comma-separated list of KEY=VALUE."""
        pairs = [part.partition("=") for part in self.words(name, default)]
        if not all(key and value for key, _, value in pairs):
            raise BadInput(f"{name} must be a list of NAME=VALUE.", fix=_fix(name))
        return {key.strip(): value.strip() for key, _, value in pairs}

    def one_of(self, name: str, choices: Collection[str], *, default: str) -> str:
        """Return one of the upper-case choices; the value's own case does not matter."""
        text = (self(name) or default).upper()
        if text not in choices:
            raise BadInput(f"{name} must be one of {', '.join(choices)}.", fix=_fix(name))
        return text

    def time_zone(self, name: str, *, default: str) -> str:
        """Return the name of a time zone known on this machine."""
        text = self(name) or default
        try:
            ZoneInfo(text)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise BadInput(
                f"{name} is not a time zone known on this machine.",
                fix="Use a name such as Europe/Prague.",
            ) from None
        return text

    def database(self, name: str, default: str) -> dict[str, Any]:
        """Return Django's settings for the database; its driver must be installed."""
        database = _database(self(name) or default)
        engine = database["ENGINE"].rpartition(".")[2]
        if engine not in DRIVERS:
            raise BadInput(f"{name} is not the URL of a supported database.", fix=_fix(name))
        _check_installed(*DRIVERS[engine], name=name)
        return database

    def broker(self, name: str) -> str:
        """Return the URL of a Redis server, or "" if unset; the driver must be installed."""
        address = self(name)
        if not address:
            return ""
        if not address.startswith(BROKERS):
            raise BadInput(f"{name} is not the URL of a Redis server.", fix=_fix(name))
        _check_installed("redis", "'.[redis]'", name=name)
        return address

    def mail(self, name: str) -> dict[str, Any]:
        """Return Django's settings for the mail server; if unset, those that discard all mail."""
        try:
            return dict(Env.email_url_config(self(name) or "dummymail://"))
        except (ImproperlyConfigured, ValueError):
            raise BadInput(f"{name} is not the URL of a mail server.", fix=_fix(name)) from None


def make_home(path: Path) -> Path:
    """Create an installation's directory and its subdirectory for static files."""
    try:
        path.mkdir(parents=True, exist_ok=True, mode=0o700)
        _close_to_others(path)
        # whitenoise warns at every start if it is missing
        (path / "static").mkdir(exist_ok=True)
    except OSError as error:
        raise BadInput(
            f"{path} cannot be created or written to: {error.strerror}.",
            fix="Run as its owner, or name another directory in PUMPHOUSE_HOME.",
        ) from None
    return path


def _close_to_others(path: Path) -> None:
    """Take a directory that was there from the other accounts: the database in it is readable.

    One that belongs to another account is left to that account.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    with suppress(PermissionError):
        if mode & 0o077:
            path.chmod(mode & ~0o077)


def _read_file(name: str, path: Path) -> str:
    return read_text(path, fix=f"Correct {name}_FILE, which names this file.").strip()


def _database(address: str) -> dict[str, Any]:
    """Parse a database URL. The engine is "" for a bad one: django-environ would only warn."""
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
    return f"Correct {name} in the environment. See docs/configuration.md."
