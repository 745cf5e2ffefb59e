"""Plans, steps and reassignments that an installation has stored go on under the new words."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone

from tests.support.database_migrations import migrate_to, migrate_to_newest

now = timezone.now

APP = "hosts_app"
BEFORE, AFTER = (APP, "0011_schedules_by_entry_point"), (APP, "0013_words_of_hosts")


@pytest.fixture
def old(transactional_db: None) -> Iterator[Any]:
    """Return the models of before; the database is brought up to date again afterwards."""
    yield migrate_to(BEFORE)
    migrate_to_newest()


def new_job(apps: Any, kind: str, *steps: tuple[str, str, dict[str, Any]]) -> Any:
    job = apps.get_model("jobs", "Job").objects.create(kind=kind, title=kind, subject=kind)
    for ordinal, (key, action, params) in enumerate(steps):
        apps.get_model("jobs", "Step").objects.create(
            job=job, ordinal=ordinal, key=key, action=action, title=key, params=params
        )
    return job


def test_a_plan_keeps_what_it_says(old: Any) -> None:
    cloud = old.get_model(APP, "Cloud").objects.create(name="old")
    line = {"name": "web", "fate": "live migrate"}
    plan = old.get_model(APP, "HostPlan").objects.create(
        cloud=cloud,
        host="c1",
        deed="reassign",
        lines=[line],
        content={"lines": [line], "evacuation": {"lines": [line]}},
    )
    old.get_model(APP, "Host").objects.create(
        cloud=cloud, name="c1", is_up=True, is_enabled=True, outlook={"rank": 2}, seen_at=now()
    )

    new = migrate_to(AFTER)

    kept = new.get_model(APP, "HostPlan").objects.get(pk=plan.pk)
    said = {"name": "web", "outcome": "live migrate"}
    assert (kept.action, kept.lines) == ("reassign", [said])
    assert kept.content == {"lines": [said], "evacuation": {"lines": [said]}}
    assert new.get_model(APP, "Host").objects.get().evacuation_cost == {"rank": 2}


def test_a_copy_of_an_environment_keeps_its_plan(old: Any) -> None:
    environment = old.get_model(APP, "FuelEnvironment").objects.create(
        fuel="f", environment_id=1, node_count=0, news_at=now(), seen_at=now()
    )
    old.get_model(APP, "EnvironmentPlan").objects.create(
        environment=environment, name="copy", lines=[{"name": "public", "fate": "changed"}]
    )
    new = migrate_to(AFTER)
    (plan,) = new.get_model(APP, "EnvironmentPlan").objects.all()
    assert plan.lines == [{"name": "public", "outcome": "changed"}]


def test_a_reassignment_goes_on_where_it_was(old: Any) -> None:
    job = new_job(
        old,
        "reassign",
        ("server:1", "move", {"server": "1", "fate": "LIVE"}),
        ("prove_empty", "prove_empty", {}),
        ("release", "release", {}),
        ("look", "look", {}),
    )
    cloud = old.get_model(APP, "Cloud").objects.create(name="old")
    old.get_model(APP, "Reassignment").objects.create(
        job=job,
        source=cloud,
        destination=cloud,
        source_environment=1,
        destination_environment=2,
        host="c1",
        tasks={"release": {"after": 3, "id": 4}, "deploy": {"after": 5}},
        is_released=True,
        place="It is discovered.",
    )
    new = migrate_to(AFTER)
    record = new.get_model(APP, "Reassignment").objects.get()
    assert (record.is_removed, record.location) == (True, "It is discovered.")
    assert record.tasks == {"remove": {"after": 3, "id": 4}, "deploy": {"after": 5}}
    steps = new.get_model("jobs", "Step").objects.order_by("ordinal")
    keys = [(step.key, step.action) for step in steps]
    assert keys == [
        ("server:1", "move"),
        ("check_empty", "check_empty"),
        ("remove", "remove"),
        ("refresh", "refresh"),
    ]
    assert steps[0].params == {"server": "1", "outcome": "LIVE"}


def test_steps_of_other_kinds_keep_their_names(old: Any) -> None:
    new_job(old, "execute", ("release", "release", {}), ("look", "look", {}))
    new = migrate_to(AFTER)
    assert {step.key for step in new.get_model("jobs", "Step").objects.all()} == {"release", "look"}
