"""Restores the passwords of migrated users, or issues one-time passwords.

A password is copied as its hash, from one Keystone's database to the other's; it never leaves the
worker's memory. Where that is impossible the user gets a one-time password, in a secrets file that
only the operator can read.
"""

import csv
import os
import secrets as random
from pathlib import Path

from django.conf import settings

from dashboard import secrets
from dashboard.clients.keystone_db import KeystoneDatabase, readable_by, scheme_of
from dashboard.clients.openstack import CloudSession
from dashboard.errors import NeedsOperator, PumphouseError, Retryable
from dashboard.migrations_app.models import Plan
from dashboard.spreadsheets import cell


def can_copy_hashes(source: CloudSession, destination: CloudSession) -> bool:
    """Return whether the databases of both Keystones are configured."""
    return bool(source.access.keystone_connection and destination.access.keystone_connection)


def hashes_of(source: CloudSession, user_ids: list[str]) -> dict[str, str]:
    """Return the hashes of the users' passwords from the source's database, by user id."""
    with KeystoneDatabase(source.access.keystone_connection or "") as database:
        return database.password_hashes(user_ids)


def is_readable(password_hash: str, destination: CloudSession) -> bool:
    """Return whether the destination's Keystone should be able to read the hash.

    Keystone does not tell its release, but Nova's newest microversion does.
    """
    newest = destination.newest_microversion("compute")
    microversion = ".".join(str(part) for part in newest)
    return readable_by(scheme_of(password_hash), microversion) is not False


def copy_hash(
    source: CloudSession, destination: CloudSession, *, user_id: str, destination_id: str
) -> bool:
    """Put the user's own hash in place; return False if Keystone cannot use it."""
    if not can_copy_hashes(source, destination):
        return False
    password_hash = hashes_of(source, [user_id]).get(user_id)
    if not password_hash or not is_readable(password_hash, destination):
        return False
    with KeystoneDatabase(destination.access.keystone_connection or "") as database:
        database.set_password_hash(destination_id, password_hash)
    return _login_is_answered(destination, destination_id)


def _login_is_answered(destination: CloudSession, user_id: str) -> bool:
    """Try a wrong password: a Keystone that cannot read the hash fails instead of refusing it."""
    project_id = destination.project_id
    stranger = destination.as_user(
        user_id, password=random.token_urlsafe(16), project_id=project_id
    )
    try:
        stranger.fresh_token(seconds=0)
    except Retryable:
        return False
    except NeedsOperator:
        return True
    except PumphouseError:
        return False
    return True


def issue_one_time_password(
    plan: Plan, destination: CloudSession, *, user_id: str, name: str
) -> Path:
    """Set a one-time password for the user and return the plan's secrets file, which has it.

    The file is written first: better one password too many than one that nobody knows. Where an
    earlier attempt has written it, that password is set again.
    """
    path = secrets_file(plan)
    issued = _issued(path, user_id)
    password = issued or "aA1-" + random.token_urlsafe(18)
    secrets.register(password)
    if not issued:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerow([cell(name), user_id, password])
    destination.patch("identity", f"/users/{user_id}", {"user": {"password": password}})
    return path


def _issued(path: Path, user_id: str) -> str:
    """Return the password that the secrets file has for the user, "" if it has none."""
    if not path.exists():
        return ""
    with path.open(encoding="utf-8", newline="") as file:
        return next((row[2] for row in csv.reader(file) if row[1:2] == [user_id]), "")


def secrets_file(plan: Plan) -> Path:
    """Return the path of the plan's one-time passwords; the file may not exist."""
    return Path(settings.HOME) / f"one-time-passwords-of-plan-{plan.pk}.csv"
