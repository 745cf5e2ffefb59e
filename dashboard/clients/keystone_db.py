"""Password hashes in Keystone's own tables, the one thing that no OpenStack API reads or writes.

Nothing else of a cloud's databases is read or written, and nothing here is ever logged.
"""

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

import pymysql
from pymysql.constants import CR, ER
from pymysql.cursors import Cursor

from dashboard.clients.keystone_address import DatabaseAddress, parse_address
from dashboard.errors import BadInput, NeedsOperator, PumphouseError, Retryable
from dashboard.secrets import mask, register

CONNECT_SECONDS = 10
READ_SECONDS = 30
USERS_IN_ONE_QUERY = 500
PASSING_FAULTS = {
    CR.CR_CONNECTION_ERROR,
    CR.CR_CONN_HOST_ERROR,
    CR.CR_SERVER_GONE_ERROR,
    CR.CR_SERVER_LOST,
    ER.CON_COUNT_ERROR,
    ER.TOO_MANY_USER_CONNECTIONS,
    ER.SERVER_SHUTDOWN,
    ER.LOCK_WAIT_TIMEOUT,
    ER.LOCK_DEADLOCK,
}
_schemes = {
    "bcrypt": re.compile(r"\$2[abxy]\$"),
    "scrypt": re.compile(r"\$scrypt\$"),
    "pbkdf2_sha512": re.compile(r"\$pbkdf2-sha512\$"),
    "sha512_crypt": re.compile(r"\$6\$"),
    "bcrypt_sha256": re.compile(r"\$bcrypt-sha256\$"),
}
UNKNOWN_SCHEME = "unknown"
READ_BY_ALL_RELEASES = {"bcrypt", "scrypt", "pbkdf2_sha512"}
LAST_WITH_SHA512_CRYPT = (2, 96)


class KeystoneDatabase:
    """One connection to a Keystone's database, opened at the first query and then kept.

    For one thread and ``with``. Every method raises Retryable when the server cannot be reached,
    is busy or goes away, and NeedsOperator when it refuses the account or lacks the tables; no
    error has the password or a hash in it.
    """

    def __init__(self, url: str) -> None:
        self.address = parse_address(url)
        self._connection: pymysql.Connection[Cursor] | None = None
        self._known_columns: dict[str, set[str]] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Drop the connection; the next query opens a new one."""
        if self._connection and self._connection.open:
            self._connection.close()
        self._connection = None

    def password_hash(self, user_id: str) -> str | None:
        """Return the user's present hash; None for one without a password, as federated users."""
        return self.password_hashes([user_id]).get(user_id)

    def password_hashes(self, user_ids: Iterable[str]) -> dict[str, str]:
        """Return the present hash of each of the users that has one, by user id.

        Keystone keeps a history of passwords; the newest row is the one that logs in. Before Newton
        (2016) there was none: the hash was in the user's own row.
        """
        ids = list(dict.fromkeys(user_ids))
        hashes: dict[str, str] = {}
        for start in range(0, len(ids), USERS_IN_ONE_QUERY):
            hashes |= self._hashes_of(ids[start : start + USERS_IN_ONE_QUERY])
        return hashes

    def set_password_hash(self, user_id: str, password_hash: str) -> None:
        """Replace the user's password hash, so that only the hashed password logs in.

        Replaces the hash in the user's newest row, in one transaction, and leaves its age and
        expiry: these are the destination's own rules for a password that an operator has set.
        Tokens that were issued before stay good. Raises BadInput for what is not a hash that
        Keystone knows, and NeedsOperator for a user without a password row.
        """
        if scheme_of(password_hash) == UNKNOWN_SCHEME:
            raise BadInput(f"The password hash for user {user_id} is of no kind that is known.")
        with self._transaction() as cursor:
            column = self._hash_columns(cursor)[0]
            # The user's table is in a subquery, where MySQL asks for no right to lock it.
            cursor.execute(
                "SELECT id FROM password "  # noqa: S608 (fixed names)
                "WHERE local_user_id = (SELECT id FROM local_user WHERE user_id = %s) "
                f"ORDER BY {self._newest_first(cursor)} LIMIT 1 FOR UPDATE",
                (user_id,),
            )
            row = cursor.fetchone()
            if row is None:
                raise NeedsOperator(
                    f"User {user_id} has no password in the database {self.address}.",
                    fix="Give the user a password by the API first; users of LDAP have none here.",
                )
            cursor.execute(
                f"UPDATE password SET {column} = %s WHERE id = %s",  # noqa: S608 (fixed names)
                (password_hash, row[0]),
            )

    def _hashes_of(self, user_ids: list[str]) -> dict[str, str]:
        with self._cursor() as cursor:
            if self._is_before_newton(cursor):
                cursor.execute("SELECT id, password FROM user WHERE id IN %s", (user_ids,))
                return {user_id: _registered(text) for user_id, text in cursor.fetchall() if text}
            value = ", ".join(f"password.{name}" for name in self._hash_columns(cursor))
            cursor.execute(
                f"SELECT local_user.user_id, COALESCE({value}) "  # noqa: S608 (fixed names)
                "FROM local_user JOIN password ON password.local_user_id = local_user.id "
                f"WHERE local_user.user_id IN %s ORDER BY {self._newest_first(cursor)}",
                (user_ids,),
            )
            newest: dict[str, str | None] = {}
            for user_id, password_hash in cursor.fetchall():
                newest.setdefault(user_id, password_hash)
        return {user_id: _registered(text) for user_id, text in newest.items() if text}

    def _newest_first(self, cursor: Cursor) -> str:
        """Return the order in which a user's newest password comes first."""
        columns = self._columns(cursor)
        ages = [name for name in ("created_at_int", "created_at") if name in columns]
        return ", ".join(f"password.{name} DESC" for name in [*ages, "id"])

    def _hash_columns(self, cursor: Cursor) -> list[str]:
        """Return the columns with hashes, the one that Keystone reads first before the other.

        Keystones of 2017 to 2019 have both, and old rows in them have only the older one filled.
        """
        names: list[str] = [
            name for name in ("password_hash", "password") if name in self._columns(cursor)
        ]
        if not names:
            raise NeedsOperator(
                f"The database {self.address} shows no table of Keystone's passwords.",
                fix="Name Keystone's own database in identity.connection, with an account that may "
                "read it. Those of Keystones before Newton (2016) are only read.",
            )
        return names

    def _is_before_newton(self, cursor: Cursor) -> bool:
        """Return whether users have their hashes in their own rows."""
        return not self._columns(cursor) and "password" in self._columns(cursor, "user")

    def _columns(self, cursor: Cursor, table: str = "password") -> set[str]:
        if table not in self._known_columns:
            cursor.execute(
                "SELECT column_name FROM information_schema.columns "
                "WHERE table_schema = DATABASE() AND table_name = %s",
                (table,),
            )
            self._known_columns[table] = {name for (name,) in cursor.fetchall()}
        return self._known_columns[table]

    @contextmanager
    def _transaction(self) -> Iterator[Cursor]:
        """Commit at the end; closing the connection is what takes back everything else."""
        with self._cursor() as cursor:
            try:
                self._opened().begin()
                yield cursor
                self._opened().commit()
            except BaseException:
                self.close()
                raise

    @contextmanager
    def _cursor(self) -> Iterator[Cursor]:
        try:
            with self._opened().cursor() as cursor:
                yield cursor
        except (pymysql.MySQLError, OSError, ValueError) as error:
            self.close()
            raise _told(error, self.address) from None

    def _opened(self) -> "pymysql.Connection[Cursor]":
        """Return the connection, with autocommit, so that each read sees what is there now.

        The address's character set does not matter: ids and hashes are ASCII. Strict mode keeps
        an old server from cutting off a hash that its column is too narrow for.
        """
        if self._connection is None:
            address = self.address
            self._connection = pymysql.connect(
                host=address.host,
                port=address.port,
                user=address.user,
                password=address.password.encode(),
                database=address.database,
                unix_socket=address.unix_socket,
                charset="utf8",
                sql_mode="TRADITIONAL",
                autocommit=True,
                connect_timeout=CONNECT_SECONDS,
                read_timeout=READ_SECONDS,
                write_timeout=READ_SECONDS,
                ssl_ca=address.tls.get("ssl_ca"),
                ssl_cert=address.tls.get("ssl_cert"),
                ssl_key=address.tls.get("ssl_key"),
            )
        return self._connection


def scheme_of(password_hash: str) -> str:
    """Name the scheme of a hash as passlib does, or ``unknown``."""
    for scheme, start in _schemes.items():
        if start.match(password_hash):
            return scheme
    return UNKNOWN_SCHEME


def readable_by(scheme: str, nova_microversion: str) -> bool | None:
    """Return whether a Keystone can check passwords of this scheme; None when nobody can know.

    Measured with Keystones of 2018 to 2026. sha512_crypt, which clouds up to about 2017 wrote, is
    gone since Keystone 27 (2025.1): a login is an internal error there. Keystone's API does not
    tell its release, so the highest microversion of the Nova beside it does: up to 2.96 (2024.2)
    the scheme is still there. No release reads passlib's bcrypt_sha256.
    """
    if scheme in READ_BY_ALL_RELEASES:
        return True
    if scheme != "sha512_crypt":
        return False
    release = re.fullmatch(r"(\d+)\.(\d+)", nova_microversion)
    return (int(release[1]), int(release[2])) <= LAST_WITH_SHA512_CRYPT if release else None


def _told(error: Exception, address: DatabaseAddress) -> PumphouseError:
    code, reason = (error.args[0], mask(str(error.args[-1]))) if error.args else (0, "no reason")
    if code in PASSING_FAULTS or isinstance(error, pymysql.InterfaceError):
        return Retryable(
            f"The Keystone database {address} does not answer: {reason}.",
            fix="Check whether it runs and can be reached from here.",
        )
    return NeedsOperator(
        f"The Keystone database {address} refuses user {address.user}: {reason}.",
        fix="Check identity.connection; the account needs SELECT on local_user and "
        "password, and UPDATE on password in the destination; before Newton SELECT on user.",
    )


def _registered(password_hash: str) -> str:
    # Masking knows the known schemes by their look; thousands of single hashes would slow it down.
    if scheme_of(password_hash) == UNKNOWN_SCHEME:
        register(password_hash)
    return password_hash
