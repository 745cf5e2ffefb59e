"""Groups come with their members and roles; what several tenants share is there once."""

from typing import Any

import pytest

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources import identity_reader
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME, PASSWORD

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("quotas")]
SECOND = "second"
CLERKS, CASHIER = f"{NAME}-clerks", f"{NAME}-cashier"
ANN, GONE, CLEO = f"{NAME}-ann", f"{NAME}-gone", f"{NAME}-cleo"


def id_of(cloud: MemoryCloud, collection: str, name: str) -> str:
    """Return the id of something of Keystone's."""
    [found] = cloud.collection("identity", collection).where(name=name)
    return str(found["id"])


def members(cloud: MemoryCloud) -> set[str]:
    """Return who is in the tenants' group."""
    group, users = id_of(cloud, "groups", CLERKS), cloud.identity.users.rows
    rows = cloud.identity.groups.memberships.values()
    return {users[row["user_id"]]["name"] for row in rows if row["group_id"] == group}


def roles(cloud: MemoryCloud, user: str, project: str) -> set[str]:
    """Return the names of all roles that a user has in a project."""
    ids = id_of(cloud, "users", user), id_of(cloud, "projects", project)
    found = cloud.identity.assignments.roles_in(*ids)
    return {cloud.identity.roles.rows[id_]["name"] for id_ in found}


def move(clouds: TwoClouds, tenant: str = NAME, **options: Any) -> Plan:
    """Move a tenant; verify must find nothing unexpected."""
    plan = clouds.plan(tenant, **options)
    assert plan.state == Plan.State.READY
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def warnings(plan: Plan) -> str:
    """Return what a plan warns of, as one text."""
    return "\n".join(plan.findings.filter(severity="warn").values_list("sentence", flat=True))


@pytest.fixture
def second(clouds: TwoClouds) -> None:
    """Make a second tenant in which the group has its role, with a user of its own in the group."""
    old = clouds.old.identity
    project = old.projects.add({"name": SECOND})["id"]
    eva = old.users.add({"name": "eva", "~password": "a-password-of-eva"})["id"]
    group, cashier = id_of(clouds.old, "groups", CLERKS), id_of(clouds.old, "roles", CASHIER)
    member = id_of(clouds.old, "roles", "member")
    old.groups.join_group(group, eva)
    old.assignments.give(cashier, group_id=group, project_id=project)
    for user in (eva, id_of(clouds.old, "users", ANN)):
        old.assignments.give(member, user_id=user, project_id=project)


def test_members_may_do_what_their_group_permits(clouds):
    before = contents(clouds.new)
    plan = move(clouds)
    assert members(clouds.new) == {ANN, GONE, CLEO}
    assert roles(clouds.new, GONE, NAME) == roles(clouds.old, GONE, NAME)
    assert CASHIER in roles(clouds.new, GONE, NAME)
    item = plan.items.get(type="role_assignment", name=f"{GONE} as member")
    assert "effective_roles" not in {loss["field"] for loss in item.losses}
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


@pytest.mark.parametrize("order", [(NAME, SECOND), (SECOND, NAME)], ids="-".join)
def test_a_group_of_two_tenants_gets_the_members_of_both(clouds, second, order):
    before = contents(clouds.new)
    first, last = (move(clouds, tenant) for tenant in order)
    everybody = {ANN, GONE, CLEO, "eva"}
    assert members(clouds.new) == everybody
    assert CASHIER in roles(clouds.new, "eva", SECOND)
    assert CASHIER in roles(clouds.new, ANN, NAME)
    assert clouds.verify(first) == []
    clouds.roll_back(first)
    assert members(clouds.new) == everybody
    assert clouds.verify(last) == []
    clouds.roll_back(last)
    assert changes_between(before, contents(clouds.new)) == []


def test_a_user_with_a_role_by_a_group_alone_may_do_the_same(clouds):
    plan = move(clouds)
    assert roles(clouds.new, CLEO, NAME) == roles(clouds.old, CLEO, NAME) == {CASHIER}
    there = clouds.new.identity
    admin, cleo = id_of(clouds.new, "roles", "admin"), id_of(clouds.new, "users", CLEO)
    there.assignments.give(admin, inherited=True, user_id=cleo, domain_id="default")
    assert ("group_member", f"{CLEO} in {CLERKS}", "effective_roles") in clouds.verify(plan)


def test_what_such_a_user_owns_is_created_as_that_user(clouds):
    old = clouds.old
    cleo, project = id_of(old, "users", CLEO), id_of(old, "projects", NAME)
    owner = clouds.source_session.as_user(cleo, password=PASSWORD, project_id=project)
    owner.post("block_storage", "/volumes", {"volume": {"name": "cleos", "size": 1}})
    move(clouds)
    [volume] = clouds.new.block_storage.volumes.where(name="cleos")
    assert volume["user_id"] == id_of(clouds.new, "users", CLEO)


def test_a_group_of_a_whole_company_does_not_come_with_all_its_users(clouds, monkeypatch):
    monkeypatch.setattr(identity_reader, "MOST_MEMBERS", 2)
    plan = move(clouds)
    assert members(clouds.new) == {ANN, GONE}
    assert not clouds.new.identity.users.where(name=CLEO)
    losses = {x["field"]: x["value"] for x in plan.items.get(type="group").losses}
    assert losses == {"number_of_members": 3}


def test_members_of_a_group_with_roles_in_subprojects_only_are_named(clouds):
    old = clouds.old.identity
    group, reader = old.groups.add({"name": "guests"})["id"], id_of(clouds.old, "roles", "reader")
    old.groups.join_group(group, old.users.add({"name": "eva"})["id"])
    project = id_of(clouds.old, "projects", NAME)
    old.assignments.give(reader, inherited=True, group_id=group, project_id=project)
    plan = move(clouds)
    losses = {x["field"]: x["value"] for x in plan.items.get(type="group", name="guests").losses}
    assert losses == {"other_members": ["eva"]}
    assert not clouds.new.identity.users.where(name="eva")


def test_a_group_of_that_name_is_adopted_and_gets_the_users_with_a_warning(clouds):
    there = clouds.new.identity
    group = there.groups.add({"name": CLERKS})["id"]
    plan = move(clouds)
    assert f"User {ANN} is added to group {CLERKS}, which cloud new has already" in warnings(plan)
    assert members(clouds.new) == {ANN, GONE, CLEO}
    clouds.roll_back(plan)
    assert group in there.groups.rows
    assert members(clouds.new) == set()


def test_what_an_adopted_group_inherits_is_named(clouds):
    there = clouds.new.identity
    group, admin = there.groups.add({"name": CLERKS})["id"], id_of(clouds.new, "roles", "admin")
    there.assignments.give(admin, inherited=True, group_id=group, domain_id="default")
    plan = move(clouds)
    item = plan.items.get(type="role_assignment", name=f"{ANN} as member")
    [loss] = [loss for loss in item.losses if loss["field"] == "effective_roles"]
    assert "admin" in loss["reason"]


def test_verify_sees_who_has_come_into_a_group(clouds):
    plan = move(clouds)
    there = clouds.new.identity
    there.groups.join_group(
        id_of(clouds.new, "groups", CLERKS), id_of(clouds.new, "users", "admin")
    )
    assert ("group", CLERKS, "members") in clouds.verify(plan)


def test_without_a_member_its_roles_are_named_as_lost(clouds):
    move(clouds, choices={f"group_member:{GONE} in {CLERKS}": "skip"})
    assert members(clouds.new) == {ANN, CLEO}
    assert CASHIER not in roles(clouds.new, GONE, NAME)
