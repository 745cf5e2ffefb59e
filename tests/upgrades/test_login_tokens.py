"""Tokens from before their digests were kept stay good, and leave the database."""

import secrets

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client

from tests.support import rows

pytestmark = pytest.mark.django_db


def upgrade() -> None:
    migration = __import__(
        "dashboard.jobs.migrations.0003_keep_digests_of_tokens", fromlist=["keep_digests"]
    )
    with connection.schema_editor() as editor:
        migration.keep_digests(apps, editor)


def old_token(user_id: int) -> str:
    """Store a token as rest_framework.authtoken did."""
    token = secrets.token_hex(20)
    with connection.cursor() as cursor:
        cursor.execute(
            'CREATE TABLE authtoken_token ("key" varchar(40), created datetime, user_id integer)'
        )
        cursor.execute(
            "INSERT INTO authtoken_token VALUES (%s, '2026-01-01', %s)", [token, user_id]
        )
    return token


@pytest.mark.django_db(transaction=True)
def test_an_old_token_still_opens_the_api_and_its_table_is_gone():
    token = old_token(rows.user_with("viewer").pk)
    upgrade()
    answer = Client().get("/api/clouds/", headers={"Authorization": f"Token {token}"})
    assert answer.status_code == 200
    assert "authtoken_token" not in connection.introspection.table_names()


@pytest.mark.django_db(transaction=True)
def test_a_database_that_never_had_such_tokens_is_left_alone():
    upgrade()
    assert "authtoken_token" not in connection.introspection.table_names()
