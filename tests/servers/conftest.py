"""Servers that tests share."""

from tests.support.servers import (  # noqa: F401 - fixtures
    mariadb_server,
    postgresql_server,
    redis_server,
)
