"""Where a Keystone's database is, as a configuration says it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl, unquote

from dashboard.errors import BadInput
from dashboard.secrets import register

DEFAULT_PORT = 3306
# The password reaches up to the last "@": operators of 2015 did not quote the ones inside.
_address = re.compile(
    r"(?P<dialect>[a-z]+)(?:\+\w+)?://"
    r"(?P<user>[^:@/]*)(?::(?P<password>.*))?@"
    r"(?P<host>\[[\da-fA-F:.]+\]|[^:/?@]*)(?::(?P<port>\d{1,5}))?"
    r"/(?P<database>[^?/]+)(?:\?(?P<query>.*))?"
)


@dataclass(frozen=True, kw_only=True)
class DatabaseAddress:
    """Where a Keystone's database is, and as whom. Its repr does not show the password."""

    host: str
    port: int
    database: str
    user: str
    password: str = field(repr=False)
    unix_socket: str | None = None
    tls: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.database} at {self.unix_socket or f'{self.host}:{self.port}'}"


def parse_address(url: str) -> DatabaseAddress:
    """Take a SQLAlchemy address apart and register its password as a secret.

    ``mysql+pymysql://user:password@host:port/keystone?ssl_ca=/path``, with any driver after
    ``mysql+`` or ``mariadb+``. Of the options ``unix_socket``, ``ssl_ca``, ``ssl_cert`` and
    ``ssl_key`` are used. Raises BadInput, without the address in it, for everything else.
    """
    match = _address.fullmatch(url.strip())
    if not match or not match["user"]:
        raise BadInput(
            "This is not the address of a database.",
            fix="Write mysql+pymysql://user:password@host:3306/keystone there.",
        )
    _register_password(match["password"])
    if match["dialect"] not in ("mysql", "mariadb"):
        raise BadInput(f"Keystone's database must be MySQL or MariaDB, not {match['dialect']}.")
    options = dict(parse_qsl(match["query"] or ""))
    return DatabaseAddress(
        host=match["host"].strip("[]") or "localhost",
        port=int(match["port"] or DEFAULT_PORT),
        database=unquote(match["database"]),
        user=unquote(match["user"]),
        password=unquote(match["password"] or ""),
        unix_socket=options.get("unix_socket"),
        tls={key: options[key] for key in ("ssl_ca", "ssl_cert", "ssl_key") if key in options},
    )


def _register_password(password: str | None) -> None:
    if password:
        register(password)
        register(unquote(password))
