"""A Keystone of 2014 looks like today's, whichever versions of its API it speaks."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from dashboard.clients.cloud_access import ServiceOptions
from dashboard.clients.openstack import CloudSession
from dashboard.clients.system_scope import system_session
from dashboard.clients.temporary_account import temporary_account
from dashboard.errors import NeedsOperator
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.messages import Reply
from tests.support.juno.older import as_of_grizzly

ALICE, ACME = "507c75bae7bd498cb81ebb842c7aae77", "5900a9f21ccb4f45900ea62f904f58d8"
BOB, MEMBER = "54c443927c024c12832288ce677a8dbe", "9fe2ff9ee4384b1894a90878d3e92bab"
IN_ACME = {"scope.project.id": ACME, "include_names": "true"}


@pytest.fixture(params=[("v2.0",), ("v3",), ("v2.0", "v3")], ids="+".join)
def cloud(request: pytest.FixtureRequest) -> Iterator[JunoCloud]:
    with running_juno(keystone=request.param) as cloud:
        yield cloud


@pytest.fixture
def v2_only() -> Iterator[JunoCloud]:
    with running_juno(keystone=("v2.0",)) as cloud:
        yield cloud


def told(session: CloudSession, path: str, key: str, **query: str) -> list[object]:
    """Return the names of a collection."""
    return sorted(each["name"] for each in session.list("identity", path, key, **query))


def test_who_may_do_what_is_read_with_names(cloud):
    session = CloudSession(cloud.access())
    found = [*session.list("identity", "/role_assignments", "role_assignments", **IN_ACME)]
    domains = [each["user"]["domain"] for each in found]
    assert domains == [{"id": "default", "name": "Default"}] * len(found)
    held = sorted((each["user"]["name"], each["role"]["name"]) for each in found)
    members = [("alice", "_member_"), ("bob", "_member_"), ("bob", "net-ops")]
    assert held == [members[0], *members[1:], ("carol", "admin")]
    assert told(session, "/projects", "projects") == [
        "acme",
        "admin",
        "globex",
        "old-dept",
        "service",
    ]
    assert told(session, "/projects", "projects", name="acme") == ["acme"]
    assert told(session, "/projects", "projects", name="nobody") == []
    assert told(session, "/domains", "domains") == ["Default"]
    assert session.find("identity", "/projects/0123", "project") is None


def test_grizzly_lists_no_assignments_and_tells_the_same():
    def assignments(cloud: JunoCloud) -> list[list[str]]:
        session = CloudSession(cloud.access())
        path, key = "/role_assignments", "role_assignments"
        lists = (session.list("identity", path, key, include_names="", **q) for q in queries)
        names = ("scope", "user", "role")
        return [sorted(str([each[name] for name in names]) for each in found) for found in lists]

    queries = ({}, {"scope.project.id": ACME}, {"user.id": BOB}, {"role.id": MEMBER})
    with running_juno(keystone=("v3",)) as cloud:
        before = assignments(cloud)
        as_of_grizzly(cloud)
        assert assignments(cloud) == before and all(before)


def test_a_user_has_what_an_old_keystone_tells_and_nothing_else(cloud):
    alice = CloudSession(cloud.access()).get("identity", f"/users/{ALICE}", "user")
    alice.pop("links", None)
    assert alice == {
        "id": ALICE,
        "name": "alice",
        "email": "alice@example.com",
        "enabled": True,
        "default_project_id": ACME,
        "domain_id": "default",
    }


def test_ec2_keys_are_read_with_their_secrets(cloud):
    session = CloudSession(cloud.access())
    listed = session.list("identity", "/credentials", "credentials", user_id=ALICE)
    key = next(each for each in listed if each["user_id"] == ALICE)
    again = session.get("identity", f"/credentials/{key['id']}", "credential")
    assert json.loads(again["blob"])["secret"] == "EC2SECRET-1"
    assert (key["type"], key["project_id"]) == ("ec2", ACME)


def test_without_the_extension_for_ec2_there_are_no_keys(v2_only):
    v2_only.retold = lambda request, reply: Reply(404) if "OS-EC2" in request.path else reply
    session = CloudSession(v2_only.access())
    assert [*session.list("identity", "/credentials", "credentials")] == []


def test_the_operator_acts_in_other_tenants_and_as_other_users(cloud):
    session = CloudSession(cloud.access())
    path = f"/projects/{ACME}/users/{session.user_id}/roles/{next(iter(session.roles))}"
    session.put("identity", path)
    session.put("identity", path)
    assert session.scoped_to(ACME).project_id == ACME
    alice = session.as_user(ALICE, password="PASSWORD-alice", project_id=ACME)
    assert alice.roles == {MEMBER: "_member_"}
    session.delete("identity", path)
    with pytest.raises(NeedsOperator, match="refused the credentials"):
        session.scoped_to(ACME).project_id  # noqa: B018


def test_v2_has_no_system_and_no_groups(v2_only):
    session = CloudSession(v2_only.access())
    assert session.project_id
    assert system_session(session) is None
    assert told(session, "/groups", "groups") == []


def test_v2_lists_the_roles_of_one_user_everywhere(v2_only):
    session = CloudSession(v2_only.access())
    query = {"user.id": BOB, "role.id": MEMBER}
    found = session.list("identity", "/role_assignments", "role_assignments", **query)
    assert sorted(each["scope"]["project"]["name"] for each in found) == ["acme", "globex"]


def test_an_account_is_made_tried_and_deleted_by_v2(v2_only):
    session = CloudSession(v2_only.access())
    with temporary_account(session, ACME, role_ids=[MEMBER]) as account:
        assert account.cloud.roles == {MEMBER: "_member_"}
    assert account.id not in {user["id"] for user in v2_only.state["keystone"]["users"]}


def test_v2_changes_users_and_tenants_where_it_has_paths_for_it(v2_only):
    session = CloudSession(v2_only.access())
    fields = {"password": "another", "enabled": False, "email": "a@b"}
    session.patch("identity", f"/users/{ALICE}", {"user": fields})
    session.patch("identity", f"/projects/{ACME}", {"project": {"enabled": False}})
    rows = v2_only.state["keystone"]
    alice = next(user for user in rows["users"] if user["id"] == ALICE)
    assert (alice["enabled"], alice["email"], rows["passwords"][ALICE]) == (False, "a@b", "another")
    assert not next(tenant for tenant in rows["tenants"] if tenant["id"] == ACME)["enabled"]


def test_a_login_for_another_domain_than_the_default_is_not_tried_with_v2(v2_only):
    access = v2_only.access()
    elsewhere = replace(access, auth={**access.auth, "user_domain_id": "corp"})
    with pytest.raises(NeedsOperator):
        CloudSession(elsewhere).user_id  # noqa: B018


@pytest.mark.parametrize(
    ("path", "key", "query"),
    [
        ("/projects", "projects", {}),
        ("/projects", "projects", {"name": "acme"}),
        ("/role_assignments", "role_assignments", IN_ACME),
        ("/users", "users", {}),
    ],
    ids=["all tenants", "a tenant", "roles", "users"],
)
def test_an_address_of_the_public_port_is_told(v2_only, path, key, query):
    public = ServiceOptions(endpoint_override=f"{v2_only.url()}/v2.0")
    session = CloudSession(replace(v2_only.access(), services={"identity": public}))
    with pytest.raises(NeedsOperator, match="name its admin port, mostly 35357"):
        [*session.list("identity", path, key, **query)]


def test_what_v2_has_no_path_for_is_absent_to_readers_and_refused_to_writers(v2_only):
    session = CloudSession(v2_only.access())
    assert session.find("identity", "/role_inferences") is None
    with pytest.raises(NeedsOperator, match=r"Keystone v2\.0 has nothing for POST /groups"):
        session.post("identity", "/groups", {"group": {}})
