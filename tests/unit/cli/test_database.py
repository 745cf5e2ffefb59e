"""Whether the database is up to date, which each command asks first."""

import pytest
from django.db import connection
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from dashboard.cli.database import is_current, migrations

pytestmark = pytest.mark.django_db


def test_it_knows_the_migrations_that_django_knows():
    assert migrations() == {*MigrationLoader(connection).disk_migrations}


def test_a_migration_that_was_not_applied_is_seen():
    assert is_current()
    MigrationRecorder.Migration.objects.filter(app="jobs").latest("name").delete()
    assert not is_current()
