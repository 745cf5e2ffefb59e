"""What the Fuel stand-in does beside the API: hooks, its clock, its file, and BMCs that boot."""

import json
import re
import sys
import time
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest

from dashboard.clients.fuel.layout import interfaces_with, places_of
from dashboard.clients.fuel.master import FuelMaster
from dashboard.errors import NeedsOperator
from lab.bmc.hosts import HOSTS
from lab.fuel.master import Master
from lab.fuel.running import make_master
from tests.support.awaiting import await_that
from tests.support.fuel_masters import (
    RunningMaster,
    discovered_node,
    node_with_fqdn,
    running_master,
)

SRC, DST, FREE = 1, 2, 9


def move(fuel: FuelMaster, running: RunningMaster, fqdn: str) -> None:
    """Move a node from the source to the destination."""
    node = node_with_fqdn(fuel, fqdn)
    assert node
    fuel.unassign(SRC, [node.id])
    wait(fuel, fuel.deploy_changes(SRC))
    boot(running, fqdn)
    while not (found := discovered_node(fuel, node.macs)):
        time.sleep(0.01)
    fuel.assign(DST, [found.id], roles=["compute"])
    wait(fuel, fuel.deploy_changes(DST))


def wait(fuel: FuelMaster, task: Any) -> None:
    fuel.wait_for_task(task, seconds=30)


def boot(running: RunningMaster, host: str) -> None:
    """Boot a machine from the network as the lab's BMCs do."""
    body = json.dumps({"host": host, "mac": "52:54:00:00:03:00"}).encode()
    urlopen(Request(f"{running.server.address}/control/pxe", body)).close()


def hook(directory: Path, event: str, *, status: int = 0) -> list[str]:
    """Return a command that notes the event, and where it happened, in a file."""
    script = "import sys; open(sys.argv[1], 'a').write(' '.join(sys.argv[2:]) + '\\n')"
    command = [sys.executable, "-c", f"{script}; sys.exit({status})"]
    return [*command, str(directory / "events"), event, "{cloud}", "{host}"]


def test_a_moved_node_leaves_one_cloud_and_comes_to_the_other(tmp_path: Path) -> None:
    with running_master(tmp_path) as running:
        running.master.hooks = {event: hook(tmp_path, event) for event in ("removed", "deployed")}
        move(FuelMaster(running.endpoint), running, "src-c3")
    events = (tmp_path / "events").read_text().splitlines()
    assert events == ["removed src src-c3", "deployed dst src-c3"]


def test_a_hook_that_fails_fails_the_deployment(tmp_path: Path) -> None:
    with running_master(tmp_path) as running:
        running.master.hooks = {"deployed": hook(tmp_path, "deployed", status=3)}
        fuel = FuelMaster(running.endpoint)
        with pytest.raises(NeedsOperator, match="a task exited with 3"):
            move(fuel, running, "src-c3")
        node = node_with_fqdn(fuel, "src-c3")
        assert node and (node.status, node.error_type) == ("error", "deploy")


def test_tasks_go_on_by_the_clock_where_there_is_one(tmp_path: Path) -> None:
    with running_master(tmp_path, seconds_per_step=0.01) as running:
        task = FuelMaster(running.endpoint).deploy_changes(SRC)
        tasks = running.master.rows["tasks"]
        assert await_that(lambda: tasks[task.id]["status"] == "ready")


def test_the_state_outlives_the_process(tmp_path: Path) -> None:
    with running_master(tmp_path) as running:
        fuel = FuelMaster(running.endpoint)
        fuel.unassign(SRC, [1])
        task = fuel.deploy_changes(SRC)
    again = Master(running.master.path, password="")
    assert again.load()
    assert again.rows["nodes"][1]["pending_deletion"]
    assert again.rows["tasks"][task.id]["name"] == "deploy"
    assert again.next_id("nodes") == running.master.next_id("nodes")
    assert running.master.path.stat().st_mode & 0o077 == 0, "it holds the clouds' passwords"


def test_the_state_of_an_older_stand_in_is_not_taken_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUMPHOUSE_LAB_DIR", str(tmp_path))
    path = make_master().path
    old = json.loads(path.read_text())
    old["rows"]["nodes"]["2"]["_interfaces"][1]["assigned_networks"] = [{"id": 3, "name": "public"}]
    path.write_text(json.dumps({key: old[key] for key in old if key != "format"}))
    node = make_master().row("nodes", 2)
    assert node["_interfaces"][1]["assigned_networks"] == []


def test_the_machines_are_those_of_the_labs_bmcs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PUMPHOUSE_LAB_DIR", str(tmp_path))
    master = make_master()
    for host in HOSTS.values():
        assert host.mac("eth0") == master.machines[host.name]["macs"][0]
        (node,) = (one for one in master.all("nodes") if one["_machine"] == host.name)
        assert node["mac"] == host.mac("eth0")


PLACES = {"fuelweb_admin": "eth0", "management": "eth2", "private": "eth2", "storage": "eth3"}
PUBLIC = {"public": "eth1"}


def test_nodes_have_the_networks_that_a_real_master_gave_them(tmp_path: Path) -> None:
    with running_master(tmp_path) as running:
        fuel = FuelMaster(running.endpoint)
        found = {node.fqdn: places_of(fuel.interfaces(node.id)) for node in fuel.nodes(SRC)}
    assert found == {
        "src-control": PLACES | PUBLIC,
        **dict.fromkeys(("src-c1", "src-c2", "src-c3"), PLACES),
    }


def assign(fuel: FuelMaster, *roles: str) -> None:
    fuel.assign(DST, [FREE], roles=roles)


@pytest.mark.parametrize(
    ("places", "words"),
    [
        (
            PLACES | PUBLIC,
            "Trying to assign public network to Node '9' which should not have public network",
        ),
        ({"fuelweb_admin": "eth0"}, "Node '9': 9,8,6 network(s) are left unassigned"),
        (
            PLACES | {"fuelweb_admin": "eth2"},
            "Node '9': admin network can not be assigned to non-pxe interface eth2",
        ),
        (
            PLACES | {"nosuch": "eth2"},
            "Node '9': networks with IDs '99' cannot be used because they are not in node group "
            "'default'",
        ),
    ],
)
def test_interfaces_are_checked_as_a_real_master_checks_them(
    running: RunningMaster, places: dict[str, str], words: str
) -> None:
    fuel = FuelMaster(running.endpoint)
    assign(fuel, "compute")
    ids = fuel.network_ids(DST) | {"nosuch": 99}
    wanted = interfaces_with([], fuel.interfaces(FREE), places=places, network_ids=ids)
    with pytest.raises(NeedsOperator, match=re.escape(words)):
        fuel.change_interfaces(FREE, wanted)


@pytest.mark.parametrize(
    ("roles", "words"),
    [
        (["controller", "compute"], "Role 'controller' in conflict with role 'compute'."),
        (
            ["ceph-osd"],
            "Role 'ceph-osd' restrictions mismatch: Ceph should be enabled in the environment "
            "settings.",
        ),
        (["nix"], "nix are not valid roles for node in environment 2"),
    ],
)
def test_roles_are_checked_as_a_real_master_checks_them(
    running: RunningMaster, roles: list[str], words: str
) -> None:
    with pytest.raises(NeedsOperator, match=re.escape(words)):
        assign(FuelMaster(running.endpoint), *roles)


def test_the_masters_boot_network_comes_last_and_a_racks_own_is_of_its_group(
    running: RunningMaster,
) -> None:
    fuel = FuelMaster(running.endpoint)
    fuel.create_nodegroup(SRC, name="rack2")
    networks = fuel.network_configuration(SRC)["networks"]
    boots = [one["group_id"] for one in networks if one["name"] == "fuelweb_admin"]
    assert boots == [fuel.nodegroups(SRC)["rack2"], None]
    assert networks[-1]["group_id"] is None
