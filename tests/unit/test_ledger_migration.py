"""The rows that installations have keep everything when the ledger's words change."""

from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

BEFORE = ("migrations_app", "0003_words_of_actions")
AFTER = ("migrations_app", "0004_words_of_the_ledger")


def migrate_to(target: tuple[str, str]) -> Any:
    """Bring the database to a migration and return the models as they are there."""
    executor = MigrationExecutor(connection)
    executor.migrate([target])
    return MigrationExecutor(connection).loader.project_state([target]).apps


@pytest.fixture
def old_models(transactional_db: None) -> Any:
    """The models of before; the database is brought up to date again afterwards."""
    yield migrate_to(BEFORE)
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_rows_are_kept_when_their_words_change(old_models: Any) -> None:
    app = "migrations_app"
    cloud = old_models.get_model("hosts_app", "Cloud").objects.create(name="old")
    plan = old_models.get_model(app, "Plan").objects.create(
        source=cloud, destination=cloud, tenant_id="t", tenant_name="demo"
    )
    old_models.get_model(app, "TenantRow").objects.create(
        cloud=cloud, project_id="t", name="demo", seen_at=timezone.now()
    )
    old_models.get_model(app, "Link").objects.create(
        source_cloud=cloud,
        destination_cloud=cloud,
        type="image",
        source_id="i",
        plan=plan,
        facts={"size": 3},
    )
    old_models.get_model(app, "PlanItem").objects.create(
        plan=plan, ordinal=1, type="image", source_id="i", foreign=True, decided={"name": "x"}
    )
    old_models.get_model(app, "DifferenceRow").objects.create(plan=plan, field="name", named=True)

    models = migrate_to(AFTER)

    assert models.get_model(app, "Tenant").objects.get().cloud.name == "old"
    entry = models.get_model(app, "LedgerEntry").objects.get()
    assert (entry.plan_id, entry.stage_data) == (plan.pk, {"size": 3})
    item = models.get_model(app, "PlanItem").objects.get()
    assert (item.shared, item.resolution) == (True, {"name": "x"})
    assert models.get_model(app, "PlanDifference").objects.get().expected
