"""Files that os-migrate itself reads: the keys that it wants, and values as it compares them."""

from pathlib import Path

import pytest

from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME
from tests.support.commands import run
from tests.support.os_migrate_folders import edit, load, named, planned
from tests.support.os_migrate_format import KEYS, MODES_OF_A_SERVER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(clouds: TwoClouds, tmp_path: Path) -> Path:
    """Return the folder with the exported tenant."""
    assert run("export", NAME, "--cloud", "old", "--to", str(tmp_path / "data")) == 0
    return tmp_path / "data"


def ids(resources: list[Json]) -> set[str]:
    return {each["_info"]["id"] for each in resources}


def copy_of(cloud: MemoryCloud, collection: str, name: str) -> Json:
    rows = cloud.rows(collection).values()
    return next(row for row in rows if row["name"] == f"{NAME}-{name}")


def test_each_resource_has_exactly_the_parameters_that_os_migrate_knows(folder: Path):
    found = [each for path in folder.iterdir() for each in load(folder, path.name)]
    nested = [
        part
        for each in found
        for name in ("ports", "floating_ips", "volumes")
        for part in each["params"].get(name) or ()
    ]
    assert {each["type"] for each in (*found, *nested)} == {*KEYS}
    for each in (*found, *nested):
        keys = KEYS[each["type"]]
        assert (each["type"], {*each["params"]}) == (each["type"], keys.params)
        assert (each["type"], keys.info - {*each["_info"]}) == (each["type"], set())


def test_what_os_migrate_compares_is_as_it_compares_it(clouds: TwoClouds, tmp_path: Path):
    subnet = copy_of(clouds.old, "network/subnets", "desks")
    subnet.update(dns_nameservers=["9.9.9.9", "1.1.1.1"])
    ports = clouds.old.rows("network/ports").values()
    web = copy_of(clouds.old, "compute/servers", "web-1")["id"]
    for port in (each for each in ports if each["device_id"] == web):
        port["fixed_ips"] = port["fixed_ips"][:1]
    folder = tmp_path / "data"
    assert run("export", NAME, "--cloud", "old", "--to", str(folder)) == 0
    assert named(load(folder, "subnets.yml"), "desks")["params"]["dns_nameservers"] == [
        *("1.1.1.1", "9.9.9.9")
    ]
    gateway = named(load(folder, "routers.yml"), "router")["params"]["external_gateway_refinfo"]
    assert gateway == {
        "network_ref": {"name": "public", "project_name": "admin", "domain_name": "Default"}
    }
    servers = load(folder, "workloads.yml")
    assert named(servers, "web-1")["_migration_params"] == MODES_OF_A_SERVER
    assert named(servers, "web-2")["_migration_params"]["port_creation_mode"] == "neutron"
    found = [each["params"]["mac_address"] for row in servers for each in row["params"]["ports"]]
    assert {*found} == {each["mac_address"] for each in ports if each["device_id"] in ids(servers)}
    roles = load(folder, "user_project_role_assignments.yml")
    assert all(
        each["_info"]["id"].split(":")
        == [each["_info"][f"{name}_id"] for name in ("user", "role", "project")]
        for each in roles
    )


def test_names_that_os_migrate_refuses_are_told(clouds: TwoClouds, tmp_path: Path, capsys):
    copy_of(clouds.old, "network/routers", "inner")["name"] = f"{NAME}-router"
    assert run("export", NAME, "--cloud", "old", "--to", str(tmp_path / "data")) == 0
    told = capsys.readouterr().out
    assert "os-migrate would refuse them, Pumphouse does not:" in told
    assert "subnets.yml has 3 without a name." in told
    assert f"routers.yml has 2 of the name {NAME}-router." in told
    assert "networks.yml" not in told and "keypairs.yml" not in told


def test_tags_that_os_migrate_has_no_place_for_may_be_added(clouds: TwoClouds, folder: Path):
    edit(
        folder,
        "security_groups.yml",
        lambda found: next(each for each in found if each["params"]["name"] == "web")[
            "params"
        ].update(tags=["front"]),
    )
    plan = planned(folder)
    assert [*plan.edits.values()] == [{"tags": ["front"]}]
