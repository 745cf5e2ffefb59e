"""The stand-in against answers of a real Nailgun, where recordings of them are to be had.

A recording is a file with request, status and response. PUMPHOUSE_FUEL_RECORDINGS names their
folder; without it they are looked for beside the repository. What is compared is the status and
the shape: the keys that an answer has and the types below them. Rows must have all recorded keys;
settings and facts, of which the stand-in has a part, must have no others than the recorded. What a
reassignment decides by is compared by value: roles, networks, and where they are on which node.
"""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from dashboard.clients.fuel.master import FuelMaster
from lab.fuel.control import control
from tests.support.fuel_masters import (
    RunningMaster,
    create_environment,
    discovered_node,
    running_master,
)

BESIDE = Path(__file__).parents[4] / "shared" / "fuel" / "recordings"
RECORDINGS = Path(os.environ.get("PUMPHOUSE_FUEL_RECORDINGS") or BESIDE)
pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.txt").is_file(),
    reason=f"no recordings of Nailgun in {RECORDINGS}; PUMPHOUSE_FUEL_RECORDINGS names another",
)
# Nodes of the recordings by what they are, and the stand-in's of the same kind.
CONTROLLER, COMPUTE, FREE, OTHERS_CONTROLLER = 1, 2, 9, 5
# Of these the stand-in has a part only.
PARTS = ("attributes", "generated", "deployment/defaults", "releases", "roles", "vips")
READS = {
    "GET_clusters": "clusters/",
    "GET_cluster_1_operational": "clusters/1",
    "GET_cluster_404": "clusters/999",
    "GET_cluster_1_attributes_deployed": "clusters/1/attributes",
    "GET_cluster_1_generated": "clusters/1/generated",
    "GET_cluster_1_vips": "clusters/1/network_configuration/ips/vips",
    "SEED_cluster_1_network_configuration_neutron": "clusters/1/network_configuration/neutron",
    "GET_cluster_1_network_configuration_nova_network_on_neutron": (
        "clusters/1/network_configuration/nova_network"
    ),
    "GET_cluster_1_orchestrator_deployment_uploaded_empty": "clusters/1/orchestrator/deployment",
    "GET_cluster_1_orchestrator_deployment_defaults_node2": (
        f"clusters/1/orchestrator/deployment/defaults?nodes={COMPUTE}"
    ),
    "GET_nodes_cluster_1_ready": "nodes?cluster_id=1",
    "GET_nodes_cluster_none": "nodes?cluster_id=",
    "SEED_nodes": "nodes",
    "GET_node_2_ready": f"nodes/{COMPUTE}",
    "MOVE_3_GET_old_node_id": "nodes/999",
    "SEED_node_10_interfaces": f"nodes/{COMPUTE}/interfaces",
    "SEED_node_10_disks": f"nodes/{COMPUTE}/disks",
    "MOVE_4_interfaces_unassigned": f"nodes/{FREE}/interfaces",
    "GET_nodegroups": "nodegroups",
    "GET_nodes_allocation_stats": "nodes/allocation/stats",
    "GET_notifications_discover": "notifications",
    "GET_notifications_stats": "notifications/stats",
    "GET_plugins_empty": "plugins",
    "GET_cluster_1_plugin_links_empty": "clusters/1/plugin_links",
    "GET_releases": "releases/",
    "GET_version": "version",
}
WRITES = {
    "POST_cluster_vlan": "clusters/",
    "POST_cluster_duplicate_name_409": "clusters/",
    "POST_cluster_empty_components_400": "clusters/",
    "POST_cluster_nova_network": "clusters/",
    "PUT_cluster_rename": "clusters/2",
    "PUT_cluster_attributes_partial": "clusters/1/attributes",
    "PUT_cluster_generated": "clusters/1/generated",
    "PUT_cluster_network_configuration_neutron_verify": (
        "clusters/1/network_configuration/neutron/verify"
    ),
    "POST_assignment_of_node_in_other_env_400": "clusters/2/assignment",
    "POST_notifications": "notifications/",
    "POST_notifications_bad_topic_400": "notifications/",
    "PUT_notification": "notifications/1",
    "POST_cluster_plugin_links": "clusters/1/plugin_links",
    "PUT_node_change_cluster_directly_400": f"nodes/{COMPUTE}",
    "PUT_cluster_changes_deploy": "clusters/1/changes",
    "PUT_stop_deployment": "clusters/2/stop_deployment",
    "MOVE_1_POST_unassignment": "clusters/1/unassignment",
    "DELETE_node_deployed": f"nodes/{COMPUTE}",
    "DELETE_cluster": "clusters/2",
}
# Ours where the recorded ones have ids of the recorded nodes.
BODIES = {
    "POST_assignment_of_node_in_other_env_400": [{"id": COMPUTE, "roles": ["compute"]}],
}


class Replay:
    """Sends recorded requests to the stand-in."""

    def __init__(self, running: RunningMaster) -> None:
        self.running = running
        self.root = f"{running.server.address}/api/v1"
        self.session = requests.Session()
        login = {"username": "admin", "password": running.endpoint.password}
        body = {"auth": {"tenantName": "admin", "passwordCredentials": login}}
        answer = self.session.post(f"{running.server.address}/keystone/v2.0/tokens", json=body)
        self.session.headers["X-Auth-Token"] = answer.json()["access"]["token"]["id"]

    def compare(self, name: str, path: str, *, body: Any = None) -> Any:
        """Send the request of a recording to ``path``; give the answer, which has its shape."""
        given, problems = self._send(name, path, body)
        assert not problems, "\n".join(problems)
        return given

    def problems(self, name: str, path: str, *, body: Any = None) -> list[str]:
        """Send the request of a recording to ``path``; tell where the answer differs in shape."""
        return self._send(name, path, body)[1]

    def _send(self, name: str, path: str, body: Any) -> tuple[Any, list[str]]:
        recorded = json.loads((RECORDINGS / f"{name}.json").read_text())
        request = recorded["request"]
        sent = request["body"] if body is None else body
        answer = self.session.request(request["method"], f"{self.root}/{path}", json=sent)
        if answer.status_code != recorded["status"]:
            return None, [f"{answer.status_code}, recorded {recorded['status']}: {answer.text}"]
        if answer.status_code == 204:
            return None, []
        wanted = recorded["response"]
        if isinstance(wanted, str):
            return answer.text, [] if answer.text == wanted else [answer.text]
        given = answer.json()
        whole = not any(part in path for part in PARTS)
        return given, list(differences(wanted, given, whole=whole))[:20]


def differences(wanted: Any, given: Any, *, whole: bool, at: str = "") -> Iterator[str]:
    """Report where the shape of an answer is not that of the recorded one.

    Every row of a list is held against the recorded rows together: their keys differ.
    """
    if wanted is None or given is None:
        return
    numbers = isinstance(wanted, int | float) and isinstance(given, int | float)
    if type(wanted) is not type(given) and not numbers:
        yield f"{at}: {type(given).__name__}, recorded {type(wanted).__name__}"
    elif isinstance(wanted, dict):
        yield from _differing_keys(wanted, given, whole=whole, at=at)
    elif isinstance(wanted, list) and wanted:
        for number, one in enumerate(given):
            example = _together(wanted) if isinstance(one, dict) else wanted[0]
            yield from differences(example, one, whole=whole, at=f"{at}[{number}]")


def _differing_keys(
    wanted: dict[str, Any], given: dict[str, Any], *, whole: bool, at: str
) -> Iterator[str]:
    if not _is_open(at) and (more := given.keys() - wanted.keys()):
        yield f"{at}: has {sorted(more)}, which Nailgun does not"
    if whole and at.count(".") == 0 and (less := wanted.keys() - given.keys() - OPTIONAL):
        yield f"{at}: lacks {sorted(less)}"
    for key in wanted.keys() & given.keys():
        yield from differences(wanted[key], given[key], whole=whole, at=f"{at}.{key}")


def _is_open(at: str) -> bool:
    """Whether keys differ from environment to environment, or with what a machine reported."""
    by_name = at.endswith((".nodes", ".vips", ".labels", ".network_roles"))
    overridden = at.endswith(".keystone")
    return by_name or overridden or ".meta." in at


# Of one of the recorded environments or machines, not of all.
OPTIONAL = {"management_vrouter_vip", "public_vrouter_vip"}


def _together(rows: list[Any]) -> dict[str, Any]:
    """Return one row with the keys of all, each with a value that is not empty where there is
    one."""
    merged: dict[str, Any] = {}
    for row in (row for row in rows if isinstance(row, dict)):
        for key, value in row.items():
            both_rows = isinstance(value, dict) and isinstance(merged.get(key), dict)
            merged[key] = (
                _together([merged[key], value]) if both_rows else (merged.get(key) or value)
            )
    return merged


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Replay]:
    with running_master(tmp_path) as running:
        yield Replay(running)


@pytest.mark.parametrize("name", READS)
def test_a_read_is_answered_as_nailgun_answered_it(replay: Replay, name: str) -> None:
    assert replay.problems(name, READS[name]) == []


@pytest.mark.parametrize("name", WRITES)
def test_a_write_is_answered_as_nailgun_answered_it(replay: Replay, name: str) -> None:
    if name == "POST_cluster_vlan":
        # the recorded master had no environments yet when the first was created
        replay.session.put(f"{replay.root}/clusters/1", json={"name": "renamed"})
    assert replay.problems(name, WRITES[name], body=BODIES.get(name)) == []


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]


def answered(replay: Replay, path: str) -> Any:
    return replay.session.get(f"{replay.root}/{path}").json()


def test_roles_have_the_recorded_conflicts_restrictions_and_networks(replay: Replay) -> None:
    wanted = {role["name"]: role for role in recorded("SEED_cluster_1_roles")}
    for role in wanted.values():
        del role["meta"]["description"]
    assert {role["name"]: role for role in answered(replay, "clusters/1/roles/")} == wanted


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("SEED_node_10_interfaces", "nodes/2/interfaces"),
        ("SEED_node_11_interfaces", "nodes/3/interfaces"),
        ("SEED_node_12_interfaces", "nodes/4/interfaces"),
        ("SEED_node_14_interfaces", f"nodes/{OTHERS_CONTROLLER}/interfaces"),
        ("SEED_node_15_interfaces", "nodes/6/interfaces"),
    ],
)
def test_nodes_have_the_recorded_networks_on_the_recorded_interfaces(
    replay: Replay, name: str, path: str
) -> None:
    """A compute has no public network: the plan of a reassignment hangs on it."""
    wanted, given = (
        [
            (face["name"], face["type"], face["pxe"], {*map(_name, face["assigned_networks"])})
            for face in faces
        ]
        for faces in (recorded(name), answered(replay, path))
    )
    assert given == wanted


def _name(network: dict[str, Any]) -> str:
    return str(network["name"])


@pytest.mark.parametrize("number", [1, 2])
def test_environments_have_the_recorded_networks(replay: Replay, number: int) -> None:
    wanted, given = (
        {
            network["name"]: [network[key] for key in ("cidr", "vlan_start", "ip_ranges")]
            for network in configuration["networks"]
        }
        | {"vlan_range": configuration["networking_parameters"]["vlan_range"]}
        for configuration in (
            recorded(f"SEED_cluster_{number}_network_configuration_neutron"),
            answered(replay, f"clusters/{number}/network_configuration/neutron"),
        )
    )
    assert given == wanted


def test_all_new_environments_have_the_recorded_ranges(replay: Replay) -> None:
    fuel = FuelMaster(replay.running.endpoint)
    wanted = recorded("GET_cluster_1_network_configuration_neutron_new")
    for name in ("third", "fourth"):
        given = fuel.network_configuration(create_environment(fuel, name, release_id=2).id)
        assert {one["name"]: one["cidr"] for one in given["networks"]} == {
            one["name"]: one["cidr"] for one in wanted["networks"]
        }
        assert given["networking_parameters"] == wanted["networking_parameters"]


def test_the_settings_that_decide_about_networks_and_roles_are_the_recorded(
    replay: Replay,
) -> None:
    wanted = recorded("SEED_cluster_1_attributes")["editable"]
    given = answered(replay, "clusters/1/attributes")["editable"]
    for section, name in (
        ("public_network_assignment", "assign_to_all_nodes"),
        ("neutron_advanced_configuration", "neutron_dvr"),
        ("storage", "volumes_lvm"),
        ("storage", "volumes_ceph"),
    ):
        assert given[section][name]["value"] == wanted[section][name]["value"]


def test_orders_while_another_runs_are_refused_as_recorded(replay: Replay) -> None:
    assert replay.problems("PUT_cluster_changes_deploy", "clusters/1/changes") == []
    assert replay.problems("PUT_cluster_changes_while_running_400", "clusters/1/changes") == []


def test_plugins_and_links_are_registered_once_as_recorded(replay: Replay) -> None:
    assert replay.problems("POST_plugins_register", "plugins/") == []
    assert replay.problems("POST_plugins_register_again_409", "plugins/") == []
    assert replay.problems("POST_plugin_links", "plugins/1/links") == []
    assert replay.problems("POST_plugin_links_duplicate_url_409", "plugins/1/links") == []
    assert replay.problems("PUT_plugin_link", "plugins/1/links/1") == []


def test_a_whole_move_is_answered_as_recorded(replay: Replay) -> None:
    """The recorded move, request by request; bodies with ids of nodes and networks are ours."""
    fuel = FuelMaster(replay.running.endpoint)
    macs = fuel.node(COMPUTE).macs
    replay.compare("MOVE_0_interfaces_in_src", f"nodes/{COMPUTE}/interfaces")
    replay.compare("MOVE_0_disks_in_src", f"nodes/{COMPUTE}/disks")
    replay.compare("MOVE_1_POST_unassignment", "clusters/1/unassignment", body=[{"id": COMPUTE}])
    pending = replay.compare("MOVE_1_node_pending_deletion", f"nodes/{COMPUTE}")
    assert pending["pending_deletion"] and pending["status"] == "ready"
    _run(replay, fuel, "MOVE_2_PUT_changes_deletes_node", "clusters/1/changes")
    replay.compare("MOVE_3_GET_old_node_id", f"nodes/{COMPUTE}")
    with replay.running.master.lock:
        control(replay.running.master, replay.running.server.login, ["pxe", "src-c1"])
    while not (node := discovered_node(fuel, macs)):
        pass
    replay.compare("MOVE_3_GET_nodes_after_deletion", "nodes")
    replay.compare("MOVE_4_interfaces_unassigned", f"nodes/{node.id}/interfaces")
    wanted = [{"id": node.id, "roles": ["compute"]}]
    replay.compare("MOVE_5_POST_assignment_to_dst", "clusters/2/assignment", body=wanted)
    replay.compare("MOVE_5_node_pending_addition", f"nodes/{node.id}")
    faces = replay.compare("MOVE_5_interfaces_default_in_dst", f"nodes/{node.id}/interfaces")
    disks = replay.compare("MOVE_6_GET_disks", f"nodes/{node.id}/disks")
    replay.compare("MOVE_6_PUT_disks", f"nodes/{node.id}/disks", body=disks)
    replay.compare("MOVE_6_PUT_node_interfaces", f"nodes/{node.id}/interfaces", body=faces)
    bulk = [{"id": node.id, "interfaces": faces}]
    replay.compare("MOVE_6_PUT_nodes_interfaces_bulk", "nodes/interfaces", body=bulk)
    provision = f"clusters/2/provision/?nodes={node.id}"
    _run(replay, fuel, "MOVE_7_PUT_provision_one_node", provision)
    replay.compare("MOVE_7_node_provisioned", f"nodes/{node.id}")
    deploy = f"clusters/2/deploy/?nodes={node.id}&force=0&noop_run=0"
    _run(replay, fuel, "MOVE_8_PUT_deploy_one_node", deploy)
    ready = replay.compare("MOVE_9_node_ready_in_dst", f"nodes/{node.id}")
    assert (ready["status"], ready["roles"]) == ("ready", ["compute"])
    replay.compare("MOVE_9_tasks_dst", "tasks?cluster_id=2")
    replay.compare("MOVE_9_notifications", "notifications")


def _run(replay: Replay, fuel: FuelMaster, name: str, path: str) -> None:
    task = fuel.task(replay.compare(name, path)["id"])
    fuel.wait_for_task(task, seconds=20)
