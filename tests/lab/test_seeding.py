"""A test tenant in a real cloud: complete when made, gone without a trace when removed."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.seeding.cleanup import find_leftovers, remove_leftovers
from dashboard.migrations_app.seeding.context import SeedCounts
from dashboard.migrations_app.seeding.tenants import seed_tenants

# the tenants that other tests of the lab move are made by the same code
pytestmark = pytest.mark.matrix

EVERYTHING = (
    ("identity", "/projects", "projects"),
    ("identity", "/users", "users"),
    ("compute", "/flavors", "flavors"),
    ("image", "/images", "images"),
    ("network", "/networks", "networks"),
    ("network", "/routers", "routers"),
    ("network", "/ports", "ports"),
    ("network", "/floatingips", "floatingips"),
    ("network", "/security-groups", "security_groups"),
)


@pytest.fixture(scope="module")
def before(source: CloudSession) -> dict[str, set[str]]:
    return everything(source)


@pytest.fixture(scope="module")
def tenant(
    source: CloudSession, before: dict[str, set[str]], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Any]]:
    made = seed_tenants(
        source, counts=SeedCounts(), secrets_dir=tmp_path_factory.mktemp("secrets"), report=print
    )
    yield made[0]
    remove(source, made[0])


def remove(operator: CloudSession, tenant: dict[str, Any]) -> None:
    """Remove a test tenant, as far as it is still there."""
    remove_leftovers(operator, find_leftovers(operator, tenant=tenant["name"]), report=print)


def everything(operator: CloudSession) -> dict[str, set[str]]:
    """Return the ids of what the cloud has, without what belongs to other test tenants."""
    return {
        path: {thing["id"] for thing in operator.list(service, path, key)}
        for service, path, key in EVERYTHING
    }


def test_its_servers_run_as_their_owner_with_what_belongs_to_them(source, tenant):
    servers = [
        source.get("compute", f"/servers/{server_id}", "server") for server_id in tenant["servers"]
    ]
    owner = next(
        user for user in source.list("identity", "/users", "users", name=tenant["users"][0])
    )
    assert [server["status"] for server in servers] == ["ACTIVE", "SHUTOFF"]
    assert {server["user_id"] for server in servers} == {owner["id"]}
    assert {server["key_name"] for server in servers} == {f"{tenant['name']}-owner"}
    attached = [volume["id"] for volume in servers[0]["os-extended-volumes:volumes_attached"]]
    assert attached == tenant["volumes"][:1]


def test_its_groups_know_each_other_and_its_address_leads_to_a_server(source, tenant):
    rules = source.list(
        "network", "/security-group-rules", "security_group_rules", project_id=tenant["id"]
    )
    assert any(rule["remote_group_id"] for rule in rules if rule["protocol"] == "tcp")
    floating = source.list("network", "/floatingips", "floatingips", project_id=tenant["id"])
    leads_to = {each["floating_ip_address"]: each["port_id"] for each in floating}
    assert leads_to.keys() == {*tenant["floating_ips"]}
    assert leads_to[tenant["floating_ips"][0]]


def test_its_passwords_are_private(tenant):
    assert Path(tenant["secrets_file"]).stat().st_mode & 0o777 == 0o600


def test_removing_it_leaves_the_cloud_as_it_was(source, tenant, before):
    assert everything(source) != before
    remove(source, tenant)
    assert everything(source) == before


def test_the_other_release_is_left_as_it_was_too(destination, tmp_path):
    before = everything(destination)
    counts = SeedCounts(servers=1, volumes=0)
    (made,) = seed_tenants(destination, counts=counts, secrets_dir=tmp_path, report=print)
    assert everything(destination) != before
    remove(destination, made)
    assert everything(destination) == before
