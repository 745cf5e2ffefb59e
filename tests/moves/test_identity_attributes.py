"""Attributes of projects and users arrive: parents, tags, options, default projects."""

from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.journeys import between
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]
PARENT = "retail"
REX = f"{NAME}-rex"


def project_of(cloud: MemoryCloud, name: str = NAME) -> Json:
    """Return a project as its cloud has it."""
    [found] = cloud.identity.projects.where(name=name)
    return found


def move(clouds: TwoClouds, tenant: str = NAME) -> Plan:
    """Move a tenant; verify must find nothing unexpected."""
    plan = clouds.plan(tenant)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def losses(plan: Plan, type_name: str, field: str) -> str:
    """Return why a plan's objects of a type lose a field, as one text."""
    items = plan.items.filter(type=type_name)
    return " ".join(x["reason"] for item in items for x in item.losses if x["field"] == field)


@pytest.fixture
def parent(clouds: TwoClouds) -> Json:
    """Return a project of the source that the tenant's is below."""
    made = clouds.old.identity.projects.add({"name": PARENT})
    project_of(clouds.old)["parent_id"] = made["id"]
    return made


def test_a_project_comes_below_its_parent_if_that_has_moved(clouds, parent):
    move(clouds, PARENT)
    plan = move(clouds)
    assert project_of(clouds.new)["parent_id"] == project_of(clouds.new, PARENT)["id"]
    assert not losses(plan, "project", "parent_id")


def test_a_parent_with_a_project_below_it_stays_when_it_is_rolled_back(clouds, parent):
    above = move(clouds, PARENT)
    move(clouds)
    job = clouds.roll_back(above)
    assert job.log.filter(message__contains=f"project {NAME} is below it").exists()
    assert project_of(clouds.new, PARENT)


def test_a_parent_that_has_not_moved_is_named(clouds, parent):
    plan = move(clouds)
    assert project_of(clouds.new)["parent_id"] == "default"
    reason = f"directly in its domain because its parent {PARENT} has not moved"
    assert reason in losses(plan, "project", "parent_id")


def test_a_project_that_nobody_may_change_moves_and_goes_back(clouds):
    project_of(clouds.old).update(options={"immutable": True}, enabled=False)
    before = contents(clouds.new)
    plan = move(clouds)
    found = project_of(clouds.new)
    assert (found["options"], found["enabled"]) == ({"immutable": True}, False)
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_a_project_that_nobody_may_delete_is_deleted_by_finalize(clouds):
    project_of(clouds.old)["options"] = {"immutable": True}
    clouds.finalize(move(clouds))
    assert not clouds.old.identity.projects.where(name=NAME)


def test_options_of_a_project_are_named_where_keystone_is_too_old(tmp_path: Path):
    with between(tmp_path, "2026.2", "queens", until="quotas") as clouds:
        project_of(clouds.old)["options"] = {"immutable": True}
        assert "too old for options" in losses(clouds.plan(NAME), "project", "options")


def test_user_options_that_the_destination_does_not_know_are_named(tmp_path: Path):
    with between(tmp_path, "2026.2", "queens", until="quotas") as clouds:
        [rex] = clouds.old.identity.users.where(name=REX)
        rex["options"] = {"lock_password": True, "ignore_user_inactivity": True}
        plan = move(clouds)
        [there] = clouds.new.identity.users.where(name=REX)
    assert there["options"] == {"lock_password": True}
    assert "Refused: ignore_user_inactivity" in losses(plan, "user", "options")


def test_a_default_project_that_has_moved_is_that_of_the_copy(clouds):
    [rex] = clouds.old.identity.users.where(name=REX)
    rex["default_project_id"] = clouds.old.identity.projects.add({"name": PARENT})["id"]
    move(clouds, PARENT)
    plan = move(clouds)
    [there] = clouds.new.identity.users.where(name=REX)
    assert there["default_project_id"] == project_of(clouds.new, PARENT)["id"]
    assert not losses(plan, "user", "default_project_id")


def test_a_default_project_that_moves_later_becomes_that_of_the_copy(clouds):
    [rex] = clouds.old.identity.users.where(name=REX)
    later = clouds.old.identity.projects.add({"name": PARENT})
    [role] = clouds.old.identity.roles.where(name="reader")
    clouds.source_session.put(
        "identity", f"/projects/{later['id']}/users/{rex['id']}/roles/{role['id']}"
    )
    rex["default_project_id"] = later["id"]
    first = move(clouds)
    assert "it is set when that moves" in losses(first, "user", "default_project_id")
    before = contents(clouds.new)
    second = move(clouds, PARENT)
    [there] = clouds.new.identity.users.where(name=REX)
    assert there["default_project_id"] == project_of(clouds.new, PARENT)["id"]
    assert clouds.verify(first) == []
    clouds.roll_back(second)
    assert changes_between(before, contents(clouds.new)) == []
    assert clouds.verify(first) == []


def test_what_the_plan_notes_of_a_user_is_not_sent_to_keystone(clouds):
    move(clouds)
    [rex] = clouds.new.identity.users.where(name=REX)
    assert "can_own" not in rex
