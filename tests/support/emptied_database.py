"""How the database is emptied after a test that needed real transactions."""

from django.core.management.color import no_style
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import TransactionTestCase

# What migrating fills, the same for every test: to make it again costs more than most tests.
FILLED_BY_MIGRATING = frozenset(
    {
        "django_migrations",
        "django_content_type",
        "auth_permission",
        "auth_group",
        "auth_group_permissions",
    }
)


def empty_quickly(test: TransactionTestCase) -> None:
    """Delete the rows of a test; takes the place of ``TransactionTestCase._fixture_teardown``.

    Django's own empties all tables, and sends ``post_migrate``, which makes content types,
    permissions and groups again.
    """
    for alias in test._databases_names(include_mirrors=False):  # type: ignore[attr-defined]
        empty(connections[alias])


def empty(connection: BaseDatabaseWrapper) -> None:
    """Delete all rows but those that migrating made."""
    tables = set(connection.introspection.django_table_names(only_existing=True))
    statements = connection.ops.sql_flush(no_style(), sorted(tables - FILLED_BY_MIGRATING))
    connection.ops.execute_sql_flush(statements)
