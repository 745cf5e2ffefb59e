"""Users and their rights arrive as they were, or the plan names what becomes of them."""

from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.journeys import between
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]


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


def inherited_on_the_project(clouds: TwoClouds, cloud: MemoryCloud) -> set[str]:
    """Return the names of the roles that only subprojects of the tenant inherit, of shop-rex."""
    rex, project = id_of(cloud, "users", "shop-rex"), id_of(cloud, "projects", NAME)
    return {
        cloud.identity.roles.get(row["role_id"])["name"]
        for row in cloud.identity.assignments.rows.values()
        if row["inherited"] and (row["user_id"], row["project_id"]) == (rex, project)
    }


def test_a_role_for_subprojects_only_arrives_as_such_and_never_as_a_direct_one(clouds):
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
    assert inherited_on_the_project(clouds, clouds.new) == {"admin"}
    assert clouds.plan(NAME).items.filter(type="role_assignment", action="create").count() == 0
    clouds.roll_back(plan)
    assert not there.users.where(name="shop-rex")


def test_a_role_for_subprojects_of_somebody_without_one_in_the_project_is_named(clouds):
    old = clouds.old.identity
    eva = old.users.add({"name": "eva", "domain_id": "default"})
    project, admin = id_of(clouds.old, "projects", NAME), id_of(clouds.old, "roles", "admin")
    old.assignments.give(admin, inherited=True, user_id=eva["id"], project_id=project)
    plan = move(clouds)
    assert "eva has the role admin only in the subprojects" in sentences(plan, "warn")
    assert not clouds.new.identity.users.where(name="eva")


@pytest.mark.seeded_until("sharing")
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


@pytest.mark.seeded_until("sharing")
def test_users_act_where_new_passwords_have_to_be_changed_first(clouds):
    clouds.new.identity.users.must_change_new_passwords = True
    move(clouds)
    ann = clouds.new.identity.users.where(name="shop-ann")[0]
    assert clouds.new.compute.servers.where(user_id=ann["id"])
    assert ann["options"] == {}
    assert ann["~must_change"]


def test_a_role_that_a_user_inherits_from_the_domain_is_given_in_the_project(clouds):
    ann, admin = id_of(clouds.old, "users", "shop-ann"), id_of(clouds.old, "roles", "admin")
    clouds.old.identity.assignments.give(admin, inherited=True, user_id=ann, domain_id="default")
    plan = move(clouds)
    item = plan.items.get(type="role_assignment", name="shop-ann as admin")
    assert {loss["field"]: loss["value"] for loss in item.losses} == {
        "inherited_from": "domain Default"
    }
    there = clouds.new.identity.assignments
    held = id_of(clouds.new, "users", "shop-ann"), id_of(clouds.new, "projects", NAME)
    assert id_of(clouds.new, "roles", "admin") in there.roles_in(*held)
    assert not [row for row in there.rows.values() if row["domain_id"]]
    clouds.roll_back(plan)
    assert not clouds.new.identity.users.where(name="shop-ann")


def test_a_role_that_a_group_inherits_from_the_domain_is_given_in_the_project(clouds):
    clerks, admin = id_of(clouds.old, "groups", "shop-clerks"), id_of(clouds.old, "roles", "admin")
    clouds.old.identity.assignments.give(
        admin, inherited=True, group_id=clerks, domain_id="default"
    )
    plan = move(clouds)
    assert plan.items.filter(type="group_role_assignment", name="shop-clerks as admin").exists()
    held = id_of(clouds.new, "users", "shop-gone"), id_of(clouds.new, "projects", NAME)
    assert id_of(clouds.new, "roles", "admin") in clouds.new.identity.assignments.roles_in(*held)


def test_a_role_inherited_by_somebody_without_one_in_the_project_is_named(clouds):
    old = clouds.old.identity
    eva, admin = old.users.add({"name": "eva"})["id"], id_of(clouds.old, "roles", "admin")
    old.assignments.give(admin, inherited=True, user_id=eva, domain_id="default")
    warned = sentences(move(clouds), "warn")
    assert "admin of user eva in shop is inherited from the domain Default" in warned


def test_what_a_role_implies_moves_with_it(clouds):
    plan = move(clouds)
    there = clouds.new.identity
    held = id_of(clouds.new, "users", "shop-ann"), id_of(clouds.new, "projects", NAME)
    assert id_of(clouds.new, "roles", "shop-counter") in there.assignments.roles_in(*held)
    item = plan.items.get(type="role_assignment", name="shop-ann as member")
    assert "effective_roles" not in {loss["field"] for loss in item.losses}
    assert "shop-stocktaker implies" not in sentences(plan, "warn")


def test_what_a_role_of_others_does_not_imply_is_named_and_left_so(clouds):
    there = clouds.new.identity
    there.roles.add({"name": "shop-stocktaker"})
    plan = move(clouds)
    assert "shop-stocktaker implies shop-counter on old and not on new" in sentences(plan, "warn")
    assert not there.roles.implied_ids(id_of(clouds.new, "roles", "shop-stocktaker"))
    assert plan.items.get(type="implied_role").action == "skip"


def test_verify_sees_a_role_that_somebody_has_gained_on_the_destination(clouds):
    plan = move(clouds)
    there = clouds.new.identity
    rex, admin = id_of(clouds.new, "users", "shop-rex"), id_of(clouds.new, "roles", "admin")
    there.assignments.give(admin, inherited=True, user_id=rex, domain_id="default")
    assert ("role_assignment", "shop-rex as reader", "effective_roles") in clouds.verify(plan)


def test_what_an_adopted_user_inherits_on_the_destination_is_named(clouds):
    there = clouds.new.identity
    rex = there.users.add({"name": "shop-rex", "domain_id": "default"})
    there.assignments.give(
        id_of(clouds.new, "roles", "member"), inherited=True, user_id=rex["id"], domain_id="default"
    )
    plan = move(clouds)
    item = plan.items.get(type="role_assignment", name="shop-rex as reader")
    [loss] = [loss for loss in item.losses if loss["field"] == "effective_roles"]
    assert "On the destination they are: member, reader." in loss["reason"]


def test_a_role_that_implies_more_on_the_destination_blocks_until_that_is_accepted(clouds):
    member, admin = (id_of(clouds.new, "roles", name) for name in ("member", "admin"))
    clouds.new.identity.roles.imply(member, admin)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    assert "The role member implies admin, manager, member on new and not on old" in sentences(
        plan, "block"
    )
    move(clouds, choices={"role:member": "member"})


def test_a_role_that_implies_less_on_the_destination_is_named(clouds):
    clouds.new.identity.roles.inferences.clear()
    plan = move(clouds)
    assert "The role member implies reader on old and not on new" in sentences(plan, "warn")
    assert plan.differences.filter(field="effective_roles", expected=True).exists()


def test_what_standard_roles_imply_since_their_release_is_named_and_blocks_no_finalize(tmp_path):
    with between(tmp_path, "queens", "2026.2", until="quotas") as clouds:
        plan = move(clouds)
        clouds.finalize(plan)
    item = plan.items.get(type="role_assignment", name="shop-ann as member")
    assert "effective_roles" in {loss["field"] for loss in item.losses}
