"""Gives migrated users their old passwords back, or one-time ones.

A password is carried as its hash, from one Keystone's database to the other's; it never leaves
the worker's memory. Where that cannot be done the user gets a one-time password, in a file that
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


def can_copy_hashes(source: CloudSession, destination: CloudSession) -> bool:
    """Return whether the databases of both Keystones are configured."""
    return bool(source.access.keystone_connection and destination.access.keystone_connection)


def hashes_of(source: CloudSession, user_ids: list[str]) -> dict[str, str]:
    """Return the users' hashes from the source's database."""
    with KeystoneDatabase(source.access.keystone_connection or "") as database:
        return database.password_hashes(user_ids)


def is_readable(password_hash: str, destination: CloudSession) -> bool:
    """Return whether the destination's Keystone is expected to read the hash.

    Keystone does not tell its release, nova's newest microversion does.
    """
    newest = destination.newest_microversion("compute")
    microversion = ".".join(str(part) for part in newest)
    return readable_by(scheme_of(password_hash), microversion) is not False


def copy_hash(
    source: CloudSession, destination: CloudSession, *, user_id: str, destination_id: str
) -> bool:
    """Put the user's old hash in place; false when that is not possible and nothing was changed."""
    if not can_copy_hashes(source, destination):
        return False
    password_hash = hashes_of(source, [user_id]).get(user_id)
    if not password_hash or not is_readable(password_hash, destination):
        return False
    with KeystoneDatabase(destination.access.keystone_connection or "") as database:
        database.set_password_hash(destination_id, password_hash)
    return _login_is_answered(destination, destination_id)


def _login_is_answered(destination: CloudSession, user_id: str) -> bool:
    """Try a wrong password: a Keystone that cannot read the hash breaks instead of refusing."""
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


def hand_out_one_time(plan: Plan, destination: CloudSession, *, user_id: str, name: str) -> Path:
    """Return the user a one-time password and write it to the plan's sealed file.

    The file is written first: a password that nobody knows would be worse than one too many.
    """
    password = "aA1-" + random.token_urlsafe(18)
    secrets.register(password)
    path = one_time_file(plan)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerow([name, user_id, password])
    destination.patch("identity", f"/users/{user_id}", {"user": {"password": password}})
    return path


def one_time_file(plan: Plan) -> Path:
    """Return the path of the plan's file of one-time passwords; it need not exist."""
    return Path(settings.HOME) / f"one-time-passwords-of-plan-{plan.pk}.csv"
