"""The rows that installations have are kept, and understood, when words change."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.support.database_migrations import migrate_to, migrate_to_newest

APP = "migrations_app"
BEFORE = (APP, "0003_words_of_actions")
LEDGER = (APP, "0004_words_of_the_ledger")
STAGES = (APP, "0005_words_of_stages")
ROLES = (APP, "0006_words_of_roles")
PROJECTS = (APP, "0007_projects_of_role_assignments")


@pytest.fixture
def database(transactional_db: None) -> Iterator[None]:
    """A database whose migrations a test may undo; it is brought up to date again afterwards."""
    yield
    migrate_to_newest()


def plan_of(models: Any) -> Any:
    """Return a plan as the models of that time know it."""
    cloud = models.get_model("hosts_app", "Cloud").objects.create(name="old")
    return models.get_model(APP, "Plan").objects.create(
        source=cloud, destination=cloud, tenant_id="t", tenant_name="demo"
    )


def entry_of(plan: Any, models: Any, **fields: Any) -> Any:
    """Return an entry of the ledger of that plan, in the models from ``LEDGER`` on."""
    return models.get_model(APP, "LedgerEntry").objects.create(
        source_cloud=plan.source, destination_cloud=plan.destination, plan=plan, **fields
    )


def test_rows_are_kept_when_their_words_change(database: None) -> None:
    old_models = migrate_to(BEFORE)
    plan = plan_of(old_models)
    cloud = plan.source
    old_models.get_model(APP, "TenantRow").objects.create(
        cloud=cloud, project_id="t", name="demo", seen_at=timezone.now()
    )
    old_models.get_model(APP, "Link").objects.create(
        source_cloud=cloud,
        destination_cloud=cloud,
        type="image",
        source_id="i",
        plan=plan,
        facts={"size": 3},
    )
    old_models.get_model(APP, "PlanItem").objects.create(
        plan=plan, ordinal=1, type="image", source_id="i", foreign=True, decided={"name": "x"}
    )
    old_models.get_model(APP, "DifferenceRow").objects.create(plan=plan, field="name", named=True)

    models = migrate_to(LEDGER)

    assert models.get_model(APP, "Tenant").objects.get().cloud.name == "old"
    entry = models.get_model(APP, "LedgerEntry").objects.get()
    assert (entry.plan_id, entry.stage_data) == (plan.pk, {"size": 3})
    item = models.get_model(APP, "PlanItem").objects.get()
    assert (item.shared, item.resolution) == (True, {"name": "x"})
    assert models.get_model(APP, "PlanDifference").objects.get().expected


def test_the_stages_of_a_held_job_are_renamed(database: None) -> None:
    models = migrate_to(LEDGER)
    plan = plan_of(models)
    job = models.get_model("jobs", "Job").objects.create(kind="execute", subject="tenant:t")
    for number, key in enumerate(("user:u:settle", "router:r:release", "router:r:gateway")):
        action = key.rpartition(":")[2]
        job.steps.create(key=key, action=action, ordinal=number, title="")
    models.get_model(APP, "PlanItem").objects.create(
        plan=plan,
        ordinal=1,
        type="router",
        source_id="r",
        requires={"release": [["floating_ip", "f", "release"]], "create": []},
    )
    entry_of(plan, models, type="router", source_id="r", stages=["create", "release"])

    models = migrate_to(STAGES)

    steps = models.get_model("jobs", "Step").objects.values_list("key", "action")
    assert [*steps] == [
        ("user:u:restore_password", "restore_password"),
        ("router:r:detach_gateway", "detach_gateway"),
        ("router:r:attach_gateway", "attach_gateway"),
    ]
    item = models.get_model(APP, "PlanItem").objects.get()
    assert item.requires == {
        "detach_gateway": [["floating_ip", "f", "disassociate"]],
        "create": [],
    }
    entry = models.get_model(APP, "LedgerEntry").objects.get()
    assert entry.stages == ["create", "detach_gateway"]


@pytest.mark.parametrize(("stages", "has"), [(["create"], True), (["create", "settle"], False)])
def test_users_keep_the_temporary_password_until_it_is_replaced(
    database: None, stages: list[str], has: bool
) -> None:
    models = migrate_to(LEDGER)
    entry_of(plan_of(models), models, type="user", source_id="u", state="present", stages=stages)

    entry = migrate_to(STAGES).get_model(APP, "LedgerEntry").objects.get()

    assert entry.stage_data == {"has_temporary_password": has}


def test_a_maintenance_under_way_goes_on_under_its_new_names(database: None) -> None:
    models = migrate_to(LEDGER)
    cloud = models.get_model("hosts_app", "Cloud").objects.create(name="old")
    maintenance = models.get_model(APP, "TenantMaintenance").objects.create(
        cloud=cloud, tenant_name="demo", options={"keep": ["ann"], "rungs": ["clamp_quotas"]}
    )
    maintenance.changes.create(kind="clamp_quota", name="compute")
    job = models.get_model("jobs", "Job").objects.create(kind="tenant_maintenance")
    job.steps.create(key="clamp_quotas", action="clamp_quotas", ordinal=0, title="")

    models = migrate_to(STAGES)

    row = models.get_model(APP, "TenantMaintenance").objects.get()
    assert row.options == {"keep": ["ann"], "hardening": ["freeze_quotas"]}
    assert row.changes.get().kind == "freeze_quota"
    step = models.get_model("jobs", "Step").objects.get()
    assert (step.key, step.action) == ("freeze_quotas", "freeze_quotas")


def test_recorded_roles_can_still_be_restored(database: None) -> None:
    models = migrate_to(STAGES)
    cloud = models.get_model("hosts_app", "Cloud").objects.create(name="old")
    maintenance = models.get_model(APP, "TenantMaintenance").objects.create(cloud=cloud)
    for kind in ("take_role", "give_role", "keep_role"):
        maintenance.changes.create(kind=kind, name="member of ann", details={"role_id": "m"})

    changes = migrate_to(ROLES).get_model(APP, "MaintenanceChange").objects

    assert [*changes.values_list("kind", flat=True)] == ["revoke_role", "grant_role", "keep_role"]
    assert changes.filter(details={"role_id": "m"}).count() == 3


def test_role_assignments_are_told_apart_by_their_projects(database: None) -> None:
    old_models = migrate_to(ROLES)
    plan = plan_of(old_models)
    entry_of(plan, old_models, type="project", source_id="t", destination_id="T")
    entry = entry_of(
        plan, old_models, type="role_assignment", source_id="u:r", destination_id="U:R"
    )
    items = old_models.get_model(APP, "PlanItem").objects
    items.create(plan=plan, ordinal=1, type="role_assignment", source_id="u:r")
    refs = {"stop": [["user", "u", ""], ["role_assignment", "u:r", ""]]}
    items.create(plan=plan, ordinal=2, type="server", source_id="s", requires=refs)
    job = old_models.get_model("jobs", "Job").objects.create(kind="execute", subject="tenant:t")
    step = old_models.get_model("jobs", "Step").objects.create(
        job=job, key="role_assignment:u:r:create", action="create", ordinal=1
    )

    models = migrate_to(PROJECTS)
    entry = models.get_model(APP, "LedgerEntry").objects.get(pk=entry.pk)
    assert (entry.source_id, entry.destination_id) == ("u:r:t", "U:R:T")
    assignment, server = models.get_model(APP, "PlanItem").objects.order_by("ordinal")
    assert assignment.source_id == "u:r:t"
    assert server.requires == {"stop": [["user", "u", ""], ["role_assignment", "u:r:t", ""]]}
    step = models.get_model("jobs", "Step").objects.get(pk=step.pk)
    assert step.key == "role_assignment:u:r:t:create"
