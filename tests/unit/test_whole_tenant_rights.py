"""Users and their rights arrive as they were, or the plan names what becomes of them."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, of which the old one has a tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def id_of(cloud: MemoryCloud, collection: str, name: str) -> str:
    """Return the id of something of Keystone's."""
    return str(cloud.collection("identity", collection).where(name=name)[0]["id"])


def sentences(plan: Plan, severity: str) -> str:
    """Return what was found, as one text."""
    return "\n".join(plan.findings.filter(severity=severity).values_list("sentence", flat=True))


def move(clouds: TwoClouds, **choices: Any) -> Plan:
    """Plan and execute the move of the tenant; verify must find nothing unexpected."""
    plan = clouds.plan(NAME, **choices)
    assert plan.state == Plan.State.READY, sentences(plan, "block")
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def test_a_user_whom_the_directory_no_longer_has_is_named_and_the_plan_goes_on(clouds):
    user_id = id_of(clouds.old, "users", "shop-rex")
    del clouds.old.identity.users.rows[user_id]
    plan = move(clouds)
    assert f"The user {user_id}, who has the role reader" in sentences(plan, "warn")
    assert not plan.items.filter(type="user", source_id=user_id).exists()


def test_a_role_for_subprojects_only_never_becomes_a_direct_one(clouds):
    old = clouds.old.identity
    rex, project = id_of(clouds.old, "users", "shop-rex"), id_of(clouds.old, "projects", NAME)
    admin = id_of(clouds.old, "roles", "admin")
    old.assignments.give(admin, inherited=True, user_id=rex, project_id=project)
    plan = move(clouds)
    there = clouds.new.identity
    held = there.assignments.roles_in(
        id_of(clouds.new, "users", "shop-rex"), id_of(clouds.new, "projects", NAME)
    )
    assert id_of(clouds.new, "roles", "admin") not in held
    assert "shop-rex has the role admin only in the subprojects" in sentences(plan, "warn")


def test_a_default_project_that_does_not_move_is_a_named_loss(clouds):
    rex = clouds.old.identity.users.where(name="shop-rex")[0]
    rex["default_project_id"] = id_of(clouds.old, "projects", "shop-neighbour")
    plan = move(clouds)
    item = plan.items.get(type="user", source_id=rex["id"])
    assert "default_project_id" in {loss["field"] for loss in item.losses}
    assert not clouds.new.identity.users.where(name="shop-rex")[0].get("default_project_id")


def of_domain(clouds: TwoClouds) -> None:
    """Grant a user a role that belongs to a domain."""
    old = clouds.old.identity
    role = old.roles.add({"name": "local", "domain_id": "default"})
    rex, project = id_of(clouds.old, "users", "shop-rex"), id_of(clouds.old, "projects", NAME)
    old.assignments.give(role["id"], user_id=rex, project_id=project)


def test_a_role_of_a_domain_blocks_the_plan_until_it_is_mapped(clouds):
    of_domain(clouds)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    assert "Role local belongs to a domain" in sentences(plan, "block")
    move(clouds, choices={"role:local": "reader"})


def test_users_act_where_new_passwords_have_to_be_changed_first(clouds):
    clouds.new.identity.users.must_change_new_passwords = True
    move(clouds)
    ann = clouds.new.identity.users.where(name="shop-ann")[0]
    assert clouds.new.compute.servers.where(user_id=ann["id"])
    assert ann["options"] == {}
    assert ann["~must_change"]


def test_a_role_inherited_from_the_domain_is_named(clouds):
    ann, admin = id_of(clouds.old, "users", "shop-ann"), id_of(clouds.old, "roles", "admin")
    clouds.old.identity.assignments.give(admin, inherited=True, user_id=ann, domain_id="default")
    warned = sentences(clouds.plan(NAME), "warn")
    assert "admin of user shop-ann in shop is inherited from the domain Default" in warned


def test_a_role_that_implies_more_on_the_destination_is_named(clouds):
    member, admin = (id_of(clouds.new, "roles", name) for name in ("member", "admin"))
    clouds.new.identity.roles.imply(member, admin)
    warned = sentences(clouds.plan(NAME), "warn")
    assert "The role member implies reader on old and admin" in warned
