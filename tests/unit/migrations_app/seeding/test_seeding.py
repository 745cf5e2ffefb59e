"""Test tenants: their bytes are known, their secrets private, and other objects untouched."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dashboard.errors import BadInput
from dashboard.migrations_app.seeding.cleanup import Leftovers, find_leftovers, remove_leftovers
from dashboard.migrations_app.seeding.context import (
    PREFIX,
    TAGS,
    SeedContext,
    SeedCounts,
    known_bytes,
    new_name,
)
from dashboard.migrations_app.seeding.network import (
    create_forwarding,
    create_network,
    create_port,
    create_trunk,
)
from dashboard.migrations_app.seeding.network_policies import create_policies
from dashboard.migrations_app.seeding.users import (
    SeededUser,
    create_ec2_keys,
    create_group,
    create_key,
    create_project,
    create_users,
    write_secrets,
)
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.seeds import furnish
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected


class RecordingCloud:
    """A cloud that has the given collections, and notes what is deleted from it."""

    name = "recorded"

    def __init__(self, collections: dict[str, list[dict[str, Any]]]) -> None:
        self.collections = collections
        self.deleted: list[str] = []

    def list(self, _service: str, path: str, _key: str, **query: Any) -> Iterator[dict[str, Any]]:
        for thing in self.collections.get(path, ()):
            owner = query.get("project_id") or query.get("owner")
            gone = f"{path.removesuffix('/detail')}/{thing['id']}" in self.deleted
            if not gone and thing.get("project_id") == owner:
                yield thing

    def delete(self, _service: str, path: str, **_options: Any) -> None:
        self.deleted.append(path)

    def put(self, _service: str, _path: str, _body: Any = None) -> None:
        pass


def test_known_bytes_depend_on_their_seed_alone():
    first, again, other = (known_bytes(seed, size=1000) for seed in "aab")
    assert len(first) == 1000
    assert first == again
    assert first != other


def test_passwords_are_in_a_file_that_only_this_account_reads(tmp_path):
    path = tmp_path / "seeded" / "tenant.json"
    alice = SeededUser(id="1", name="alice", password="a-password-for-tests-only")
    write_secrets(path, users={"owner": alice}, keys={"owner": "a key"})
    assert path.stat().st_mode & 0o777 == 0o600
    assert json.loads(path.read_text())["alice"]["password"] == alice.password
    with pytest.raises(FileExistsError):
        write_secrets(path, users={}, keys={})


def test_keys_are_made_by_the_operator_for_users_who_may_not():
    cloud = MemoryCloud("new")
    with connected(cloud):
        operator = operator_of(cloud)
        user = {"user": {"name": "reader", "password": "of-a-reader"}}
        user_id = operator.post("identity", "/users", user, "user")["id"]
        assert create_key(operator, "key", user_id=user_id)
        assert cloud.compute.keypairs.where(user_id=user_id, name="key")


def test_a_tenant_has_a_group_and_ec2_keys_which_go_with_it():
    cloud = MemoryCloud("new")
    with connected(cloud):
        operator = operator_of(cloud)
        name, identity = f"{PREFIX}demo", cloud.identity
        project_id = create_project(operator, name)
        users = create_users(operator, name, project_id)
        owner = users["owner"].id
        group_id = create_group(operator, f"{name}-team", project_id, users.values())
        keys = create_ec2_keys(operator, user_id=owner, project_id=project_id)
        [made] = identity.credentials.where(user_id=owner)
        assert json.loads(made["blob"]) == keys
        assert identity.groups.ids_of(owner) == [group_id]
        leftovers = find_leftovers(operator)
        assert f"group {name}-team" in leftovers.lines()
        remove_leftovers(operator, leftovers, report=lambda _: None)
    assert not identity.groups.where(name=f"{name}-team")
    assert not identity.credentials.rows


def test_only_what_setup_or_a_move_has_made_is_found_whatever_its_name():
    cloud = RecordingCloud(
        {
            "/projects": [
                {"id": "1", "name": f"{PREFIX}one", "tags": ["pumphouse", "test", "theirs"]},
                {"id": "2", "name": "shop", "description": "A test tenant of Pumphouse"},
                {"id": "3", "name": f"{PREFIX}prod", "description": "Ours", "tags": []},
                {"id": "4", "name": f"{PREFIX}copy", "description": None},
            ],
            "/users": [
                {"id": "5", "name": "pumphouse"},
                {"id": "6", "name": f"{PREFIX}u", "description": "A test user of Pumphouse"},
                {"id": "7", "name": f"{PREFIX}operator"},
            ],
            "/flavors/detail": [
                {"id": "8", "name": f"my-{PREFIX}small"},
                {"id": "9", "name": f"{PREFIX}small"},
                {"id": "10", "name": f"{new_name()}-small"},
            ],
        }
    )
    leftovers = find_leftovers(cloud, copies={"4", "2"})
    assert [project["id"] for project in leftovers.projects] == ["1", "4"]
    assert [user["id"] for user in leftovers.users] == ["6"]
    assert [flavor["id"] for flavor in leftovers.flavors] == ["10"]


def test_one_tenant_is_found_with_its_users_and_not_one_whose_name_goes_on():
    cloud = RecordingCloud(
        {
            "/projects": [{"id": "1", "name": f"{PREFIX}a1"}, {"id": "2", "name": f"{PREFIX}a12"}],
            "/users": [
                {"id": "3", "name": f"{PREFIX}a1-owner"},
                {"id": "4", "name": f"{PREFIX}a12-owner"},
            ],
        }
    )
    leftovers = find_leftovers(cloud, tenant=f"{PREFIX}a1", copies={"1", "2", "3", "4"})
    assert [project["id"] for project in leftovers.projects] == ["1"]
    assert [user["id"] for user in leftovers.users] == ["3"]


@pytest.mark.parametrize("tenant", ["p", "shop"])
def test_a_tenant_that_is_not_ours_is_refused(tenant):
    with pytest.raises(BadInput, match="not a test tenant"):
        find_leftovers(RecordingCloud({}), tenant=tenant)


def test_what_belongs_to_other_projects_stays():
    ours = {"id": "ours", "project_id": "1", "status": "ACTIVE"}
    both = [ours, {**ours, "id": "theirs", "project_id": "2"}]
    collections = ("/servers/detail", "/volumes/detail", "/floatingips", "/networks", "/ports")
    cloud = RecordingCloud(dict.fromkeys(collections, both))
    remove_leftovers(
        cloud, Leftovers(projects=[{"id": "1", "name": PREFIX}]), report=lambda _line: None
    )
    assert set(cloud.deleted) == {
        "/servers/ours",
        "/volumes/ours",
        "/floatingips/ours",
        "/networks/ours",
        "/ports/ours",
        "/projects/1",
    }


def _network_rows(cloud: MemoryCloud) -> dict[str, int]:
    tables = ("networks", "qos/policies", "subnetpools", "address-scopes", "address-groups")
    tables += ("ports", "floatingips", "trunks", "port_forwardings")
    return {name: len(cloud.rows(f"network/{name}")) for name in tables}


@pytest.mark.parametrize("release", ["queens", "2026.2"])
def test_what_needs_extensions_is_made_where_neutron_has_them_and_removed(release):
    cloud = MemoryCloud("new", release=release)
    with connected(cloud):
        operator = operator_of(cloud)
        furnish(cloud, first_address=10)
        before = _network_rows(cloud)
        name = f"{PREFIX}demo"
        body = {"project": {"name": name, "tags": TAGS}}
        project = operator.post("identity", "/projects", body, "project")
        for role_id in operator.roles:
            path = f"/projects/{project['id']}/users/{operator.user_id}/roles/{role_id}"
            operator.put("identity", path)
        seed = SeedContext(
            name=name,
            project_id=project["id"],
            operator=operator,
            owner=operator.scoped_to(project["id"]),
            counts=SeedCounts(),
            report=lambda _: None,
        )
        network = create_network(seed)
        create_policies(seed, network)
        port_id = create_port(seed, network, number=1)
        create_trunk(seed, network, port_id=port_id)
        create_forwarding(seed, network, port_id=port_id)
        made = _network_rows(cloud)
        has_policies = "qos" in cloud.release.extensions
        assert made["qos/policies"] == made["address-groups"] == int(has_policies)
        assert made["trunks"] == int("trunk" in cloud.release.extensions)
        forwards = "floating-ip-port-forwarding" in cloud.release.extensions
        assert made["port_forwardings"] == made["floatingips"] == int(forwards)
        assert made["subnetpools"] == made["address-scopes"] == 1
        remove_leftovers(operator, find_leftovers(operator), report=print)
        assert _network_rows(cloud) == before
