"""Tenants in the format of os-migrate: exported, edited, and moved between clouds in memory."""

from pathlib import Path
from typing import Any

import pytest
import yaml
from rest_framework.test import APIClient

from dashboard.jobs.models import Job
from dashboard.migrations_app.discovery import look_up_tenant
from dashboard.migrations_app.models import LedgerEntry, Plan, TenantFiles
from dashboard.migrations_app.planning.os_migrate.archives import archive_of, texts_of
from dashboard.migrations_app.verbs.export import Export
from tests.support import rows
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, fresh
from tests.support.cloud.moving import run as run_to_end
from tests.support.cloud.seeds import NAME
from tests.support.commands import run
from tests.support.os_migrate_folders import CLOUDS, edit, load, named, planned
from tests.support.os_migrate_format import MODES_OF_A_SERVER

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def folder(clouds: TwoClouds, tmp_path: Path) -> Path:
    """Return the folder with the exported tenant."""
    assert run("export", NAME, "--cloud", "old", "--to", str(tmp_path / "data")) == 0
    return tmp_path / "data"


def refused(folder: Path, capsys: Any, *more: str) -> str:
    """Return why a folder is refused; nothing is planned then."""
    assert run("plan", "--from", str(folder), *CLOUDS, *more) == 2
    assert not Plan.objects.exists()
    return str(capsys.readouterr().err)


def copy_of(cloud: MemoryCloud, collection: str, name: str) -> Json:
    rows = cloud.rows(collection).values()
    return next(row for row in rows if row["name"] == f"{NAME}-{name}")


def test_the_files_have_types_params_facts_and_references_by_name(folder: Path):
    assert {path.name for path in folder.iterdir()} >= {
        *("projects.yml", "users.yml", "user_project_role_assignments.yml", "flavors.yml"),
        *("images.yml", "keypairs.yml", "networks.yml", "subnets.yml", "routers.yml"),
        *("router_interfaces.yml", "security_groups.yml", "security_group_rules.yml"),
        "workloads.yml",
    }
    subnet = named(load(folder, "subnets.yml"), "desks")
    assert subnet["type"] == "openstack.subnet.Subnet"
    assert subnet["params"]["network_ref"] == {
        "name": f"{NAME}-net",
        "project_name": "%auth%",
        "domain_name": "%auth%",
    }
    assert subnet["params"]["is_dhcp_enabled"] is True and subnet["_info"]["id"]
    server = named(load(folder, "workloads.yml"), "web-1")
    assert server["params"]["flavor_ref"]["name"] == f"{NAME}-small"
    assert server["_migration_params"]["boot_disk_copy"] is True
    assert [each["params"]["floating_ip_address"] for each in server["params"]["floating_ips"]]
    version = yaml.safe_load((folder / "networks.yml").read_text())["os_migrate_version"]
    assert version == "1.0.5"
    assert (folder / "workloads.yml").stat().st_mode & 0o077 == 0


def test_a_second_export_changes_no_byte_and_an_edited_file_is_not_overwritten(
    folder: Path, capsys
):
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    again = ("export", NAME, "--cloud", "old", "--to", str(folder))
    assert run(*again) == 0
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before
    (folder / "networks.yml").write_text("mine")
    assert run(*again) == 2
    assert "networks.yml is there and differs" in capsys.readouterr().err
    assert (folder / "networks.yml").read_text() == "mine"


def test_an_unedited_folder_moves_the_whole_tenant(clouds: TwoClouds, folder: Path):
    plan = planned(folder)
    assert (plan.edits, plan.choices, plan.options["only"]) == ({}, {}, [])
    whole = clouds.plan(NAME)
    assert {*plan.items.values_list("type", "source_id", "action")} == {
        *whole.items.values_list("type", "source_id", "action")
    }


def test_edited_params_are_what_the_copy_is_made_with_and_verified_by(
    clouds: TwoClouds, folder: Path
):
    def change_network(resources: list[Json]) -> None:
        named(resources, "net")["params"].update(mtu=1300, description="moved")

    def change_server(resources: list[Json]) -> None:
        server = named(resources, "web-1")["params"]
        server["metadata"] = {"role": "new"}
        server["volumes"][0]["params"]["description"] = "moved goods"

    edit(folder, "networks.yml", change_network)
    edit(folder, "workloads.yml", change_server)
    edit(folder, "images.yml", lambda found: named(found, "system")["params"].update(os_distro="x"))
    plan = planned(folder)
    notes = [*plan.findings.filter(severity="info").values_list("sentence", flat=True)]
    assert f"Network {NAME}-net is created with an edited description, mtu." in notes
    clouds.execute(plan)
    network = copy_of(clouds.new, "network/networks", "net")
    assert (network["mtu"], network["description"]) == (1300, "moved")
    assert copy_of(clouds.new, "compute/servers", "web-1")["metadata"]["role"] == "new"
    assert copy_of(clouds.new, "block_storage/volumes", "data")["description"] == "moved goods"
    assert clouds.verify(plan) == []
    network["mtu"] = 1400
    assert ("network", f"{NAME}-net", "mtu") in clouds.verify(plan)


def test_a_second_plan_of_the_same_folder_changes_nothing(clouds: TwoClouds, folder: Path):
    edit(folder, "networks.yml", lambda found: named(found, "net")["params"].update(mtu=1300))
    clouds.execute(planned(folder))
    before = contents(clouds.old), contents(clouds.new)
    again = planned(folder)
    assert not again.items.filter(action="create").exists()
    clouds.execute(again)
    assert clouds.verify(again) == []
    after = contents(clouds.old), contents(clouds.new)
    assert [changes_between(*pair) for pair in zip(before, after, strict=True)] == [[], []]


def test_what_the_files_do_not_list_is_left_out(clouds: TwoClouds, folder: Path):
    def without_web_2(resources: list[Json]) -> None:
        resources.remove(named(resources, "web-2"))

    edit(folder, "workloads.yml", without_web_2)
    plan = planned(folder)
    out = {f"{item.type} {item.name}" for item in plan.items.exclude(left_out_by="")}
    assert {f"server {NAME}-web-2", f"volume {NAME}-root"} <= out
    assert not {f"server {NAME}-web-1", f"network {NAME}-net", f"router {NAME}-router"} & out


def test_networks_alone_move_without_routers_that_other_files_would_list(
    clouds: TwoClouds, folder: Path
):
    for path in folder.iterdir():
        if path.name not in ("networks.yml", "subnets.yml"):
            path.unlink()
    plan = planned(folder)
    moving = {*plan.items.filter(left_out_by="").values_list("type", flat=True)}
    assert {"project", "network", "subnet"} <= moving
    assert moving.isdisjoint({"router", "port", "server", "image", "user", "security_group"})


OF_OS_MIGRATE = {**MODES_OF_A_SERVER, "boot_disk_copy": False}
"""What os-migrate writes for a server that boots from an image."""


def test_a_folder_that_a_tenant_exported_with_os_migrate_is_no_edit(
    clouds: TwoClouds, folder: Path
):
    """The tenant's own account sees neither users nor the addresses of external networks."""
    for name in ("users.yml", "projects.yml", "user_project_role_assignments.yml"):
        (folder / name).unlink()

    def as_exported(resources: list[Json]) -> None:
        for server in resources:
            is_from_volume = server["params"]["image_ref"] is None
            server["_migration_params"] = {**OF_OS_MIGRATE, "boot_disk_copy": is_from_volume}
            server["params"].update(user_data=None, tags=None)

    edit(folder, "workloads.yml", as_exported)
    plan = planned(folder)
    assert [*plan.edits.values()] == [{"boots_from_image": True}]
    assert not plan.items.filter(type="server").exclude(left_out_by="").exists()
    assert not plan.items.filter(type="user", name=f"{NAME}-ann").exclude(left_out_by="").exists()


def test_an_absent_rule_is_dropped_and_an_edited_one_is_changed(clouds: TwoClouds, folder: Path):
    def change(resources: list[Json]) -> None:
        ours = [each for each in resources if each["params"]["security_group_ref"]["name"] == "web"]
        ports = [each for each in ours if each["params"]["port_range_min"]]
        ports[0]["params"].update(port_range_min=8080, port_range_max=8080)
        resources.remove(next(each for each in ours if each["params"]["direction"] == "egress"))

    edit(folder, "security_group_rules.yml", change)
    plan = planned(folder)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    group_id = LedgerEntry.objects.get(type="security_group", name="web").destination_id
    path = f"/security-groups/{group_id}"
    group = clouds.destination_session.get("network", path, "security_group")
    rules = group["security_group_rules"]
    assert 8080 in [rule["port_range_min"] for rule in rules]
    assert len([rule for rule in rules if rule["direction"] == "egress"]) == 1


@pytest.mark.parametrize("mode", ["auto", "skip"])
def test_floating_ips_move_or_stay_as_the_mode_says(clouds: TwoClouds, folder: Path, mode: str):
    def change(resources: list[Json]) -> None:
        named(resources, "web-1")["_migration_params"]["floating_ip_mode"] = mode

    edit(folder, "workloads.yml", change)
    plan = planned(folder)
    address = plan.items.get(type="floating_ip", name="172.24.4.11")
    assert bool(address.left_out_by) == (mode == "skip")


def test_without_a_copy_of_its_disk_a_server_boots_from_its_image(clouds: TwoClouds, folder: Path):
    def change(resources: list[Json]) -> None:
        named(resources, "web-1")["_migration_params"]["boot_disk_copy"] = False

    edit(folder, "workloads.yml", change)
    plan = planned(folder)
    clouds.execute(plan)
    image = copy_of(clouds.new, "image/images", "system")
    assert copy_of(clouds.new, "compute/servers", "web-1")["image"]["id"] == image["id"]
    assert [
        row["name"]
        for cloud in (clouds.old, clouds.new)
        for row in cloud.rows("image/images").values()
        if "web-1" in row["name"]
    ] == []
    assert clouds.verify(plan) == []


def test_the_volume_that_a_server_boots_from_is_named_by_boot_volume_params(
    clouds: TwoClouds, folder: Path
):
    def change(resources: list[Json]) -> None:
        modes = named(resources, "web-2")["_migration_params"]
        modes["boot_volume_params"]["name"] = f"{NAME}-first"

    edit(folder, "workloads.yml", change)
    plan = planned(folder)
    assert [*plan.edits.values()] == [{"name": f"{NAME}-first"}]
    clouds.execute(plan)
    assert copy_of(clouds.new, "block_storage/volumes", "first")["size"] == 1
    assert clouds.verify(plan) == []


def server_mode(name: str, value: Any, server: str = "web-1") -> Any:
    return "workloads.yml", lambda found: named(found, server)["_migration_params"].update(
        {name: value}
    )


def param(file: str, resource: str, name: str, value: Any) -> Any:
    return file, lambda found: named(found, resource)["params"].update({name: value})


@pytest.mark.parametrize(
    ("broken", "key", "said"),
    [
        (param("networks.yml", "net", "is_router_external", True), "is_router_external", "change"),
        (param("subnets.yml", "desks", "network_ref", {"name": "x"}), "network_ref", "change"),
        (param("workloads.yml", "web-1", "flavor_ref", {"name": "x"}), "flavor_ref", "change"),
        (param("networks.yml", "net", "colour", "red"), "colour", "cannot change colour"),
        (server_mode("port_creation_mode", "magic"), "port_creation_mode", "nova, neutron"),
        (server_mode("floating_ip_mode", "new"), "floating_ip_mode", "auto, skip"),
        (server_mode("data_copy", value=False), "data_copy", "always copies"),
        (server_mode("boot_volume_id", "v-1"), "boot_volume_id", "does not know"),
        (server_mode("boot_disk_copy", False, "web-2"), "boot_disk_copy", "boots from a volume"),
        (
            server_mode("boot_volume_params", {"name": "x"}),
            "boot_volume_params",
            "makes no volume of its disk",
        ),
    ],
)
def test_what_cannot_be_done_is_refused_with_file_resource_and_key(
    clouds: TwoClouds, folder: Path, capsys, broken, key, said
):
    file, change = broken
    edit(folder, file, change)
    told = refused(folder, capsys)
    assert file in told and f".{key})" in told and said in told and NAME in told


def test_broken_files_are_refused_with_file_and_line(clouds: TwoClouds, folder: Path, capsys):
    edit(folder, "networks.yml", lambda found: found[0]["_info"].update(id="gone"))
    told = refused(folder, capsys)
    assert "networks.yml, line" in told and "no network with this id" in told
    (folder / "networks.yml").write_text("os_migrate_version: 0.9.0\nresources: []\n")
    assert "(os_migrate_version): Only the format" in refused(folder, capsys)
    (folder / "networks.yml").write_text("resources: [\n")
    assert "This is not YAML" in refused(folder, capsys)
    assert "has no YAML files" in refused(folder / "nowhere", capsys)


def test_an_exported_archive_is_planned_from_over_the_api_as_it_was_edited(
    clouds: TwoClouds, folder: Path, tmp_path: Path
):
    row = look_up_tenant(clouds.source, NAME)
    run_to_end(Export().start(row))
    operator = APIClient()
    operator.force_authenticate(rows.user_with("operator"))
    content = operator.get(f"/api/tenants/{row.pk}/files/").content
    texts = texts_of(content, name="export")
    assert {*texts} == {path.name for path in folder.iterdir()}
    assert b"user_data: null" in b"".join(text.encode() for text in texts.values())
    packed = tmp_path / "shop.zip"
    packed.write_bytes(content)
    whole = planned(packed)
    assert (whole.edits, whole.choices, whole.options["only"]) == ({}, {}, [])
    edited = {**texts, "networks.yml": texts["networks.yml"].replace("mtu: 1400", "mtu: 1300")}
    assert edited != texts
    path = "/api/plans/from-files/?source=old&destination=new"
    body, kind = archive_of(edited), "application/zip"
    answer = operator.generic("POST", path, body, content_type=kind)
    plan = Plan.objects.get(pk=answer.json()["plan"])
    run_to_end(Job.objects.get(pk=answer.json()["job"]))
    assert [*fresh(plan).edits.values()] == [{"mtu": 1300}]
    assert fresh(plan).state == Plan.State.READY and not TenantFiles.objects.filter(plan=plan)
    stranger = {**texts, "networks.yml": texts["networks.yml"].replace("is_admin_state", "is_x")}
    answer = operator.generic("POST", path, archive_of(stranger), content_type=kind)
    job = run_to_end(Job.objects.get(pk=answer.json()["job"]), state="failed")
    assert "networks.yml, line" in job.explanation
