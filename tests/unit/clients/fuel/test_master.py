"""What the client of Fuel tells and orders, against the lab's stand-in on its own ports."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard import secrets
from dashboard.clients.fuel.master import FuelBusy, FuelMaster
from dashboard.clients.fuel.objects import Task
from dashboard.errors import Cancelled, Conflict, NeedsOperator, NotFound
from lab.fuel.refusal import Refusal
from tests.support.fuel_masters import (
    RunningMaster,
    create_environment,
    discovered_node,
    node_with_fqdn,
    running_master,
    switch,
)

SRC, DST = 1, 2


def finish(fuel: FuelMaster, task: Task) -> Task:
    return fuel.wait_for_task(task, seconds=20)


def test_environments_are_listed_in_the_order_of_their_ids(fuel: FuelMaster) -> None:
    found = [(environment.id, environment.name) for environment in fuel.environments()]
    assert found == [(SRC, "src-cloud"), (DST, "dst-cloud")]


def test_an_environment_is_created_and_deleted(fuel: FuelMaster) -> None:
    made = create_environment(fuel, "third", release_id=2)
    assert (made.status, made.release_id) == ("new", 2)
    with pytest.raises(Conflict, match="already exists"):
        create_environment(fuel, "third", release_id=2)
    finish(fuel, fuel.delete_environment(made.id))
    with pytest.raises(NotFound, match="Cluster not found"):
        fuel.environment(made.id)


def test_nodes_are_found_by_macs_in_any_order_and_spelling(fuel: FuelMaster) -> None:
    node = node_with_fqdn(fuel, "src-c2")
    assert node and len(node.macs) == 4
    spelt = [mac.upper().replace(":", "-") for mac in sorted(node.macs, reverse=True)]
    assert fuel.node_with_macs(spelt) == node
    assert fuel.node_with_macs(spelt[1:]) is None
    assert discovered_node(fuel, spelt) is None


def test_nodes_are_listed_by_environment_and_free(fuel: FuelMaster) -> None:
    names = [node.fqdn for node in fuel.nodes(DST)]
    assert names == ["dst-control", "dst-c1", "dst-c2", "dst-c3"]
    assert [node.id for node in fuel.unassigned_nodes()] == [9, 10]
    assert len(fuel.nodes()) == 10


def test_settings_are_merged_and_networks_replaced(fuel: FuelMaster) -> None:
    fuel.change_settings(SRC, {"editable": {"common": {"debug": {"value": True}}}})
    settings = fuel.settings(SRC)["editable"]
    assert settings["common"]["debug"]["value"] is True
    assert settings["access"]["user"]["value"] == "admin"
    configuration = fuel.network_configuration(SRC)
    configuration["networks"][2]["cidr"] = configuration["networks"][1]["cidr"]
    with pytest.raises(NeedsOperator, match=r"Address space intersection.*cidr of 3, 4"):
        fuel.change_network_configuration(SRC, configuration)
    fuel.change_network_configuration(SRC, fuel.network_configuration(SRC))
    assert set(fuel.network_ids(SRC)) == set(fuel.network_ids(DST, group_id=2))
    assert fuel.nodegroups(DST) == {"default": 2}


def test_the_cloud_of_an_environment_is_told_by_its_facts(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    facts = fuel.cloud_facts(SRC)
    password = running.master.rows["clusters"][SRC]["_settings"]["access"]["password"]["value"]
    assert facts.auth_url == "http://127.0.0.1:5000/v3"
    assert (facts.username, facts.password, facts.tenant) == ("admin", password, "admin")
    assert facts.keystone_connection.startswith("mysql+pymysql://src:")
    assert facts.keystone_connection.endswith("@127.0.0.1:13506/keystone")
    access = facts.access("old", environment="src-cloud")
    assert (access.environment, access.auth["project_name"]) == ("src-cloud", "admin")
    assert password not in repr(facts) + repr(access) + secrets.mask(str(access.auth))


def test_a_cloud_with_tls_is_reached_by_its_host_name(fuel: FuelMaster) -> None:
    tls = {"services": {"value": True}, "hostname": {"value": "cloud.example.com"}}
    fuel.change_settings(SRC, {"editable": {"public_ssl": tls}})
    facts = fuel.cloud_facts(SRC)
    assert facts.uses_tls
    assert facts.auth_url == "https://cloud.example.com:5000/v3"
    assert facts.urls["horizon"] == "http://127.0.0.1/horizon"


def test_a_cloud_is_known_by_any_address_of_its_keystone(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    tls = {"services": {"value": True}, "hostname": {"value": "Cloud.example.com"}}
    fuel.change_settings(SRC, {"editable": {"public_ssl": tls}})
    facts = fuel.cloud_facts(SRC)
    assert facts.is_at("https://cloud.example.com:5000/v3")
    assert facts.is_at("http://127.0.0.1:35357/v2.0")
    assert not facts.is_at("https://other.example.com:5000/v3")
    assert not facts.is_at("http://127.0.0.1:5001/v3")


def test_an_environment_that_was_never_deployed_has_no_cloud(fuel: FuelMaster) -> None:
    new = create_environment(fuel, "new", release_id=2)
    with pytest.raises(NeedsOperator, match="environment new"):
        fuel.cloud_facts(new.id)


def remove(fuel: FuelMaster, running: RunningMaster, fqdn: str) -> frozenset[str]:
    """Take a node out of the source and let its machine boot from the network."""
    node = node_with_fqdn(fuel, fqdn)
    assert node
    fuel.unassign(SRC, [node.id])
    assert fuel.node(node.id).pending_deletion
    finish(fuel, fuel.deploy_changes(SRC))
    with pytest.raises(NotFound, match="Node not found"):
        fuel.node(node.id)
    assert discovered_node(fuel, node.macs) is None
    switch(running, f"pxe/{fqdn}")
    return node.macs


def test_a_node_moves_and_comes_back_under_a_new_id(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    old = node_with_fqdn(fuel, "src-c3")
    assert old
    macs = remove(fuel, running, "src-c3")
    while not (found := discovered_node(fuel, macs)):
        pass
    assert found.id > old.id and found.fqdn == f"node-{found.id}"
    fuel.assign(DST, [found.id], roles=["compute"])
    assert (fuel.node(found.id).pending_roles, fuel.node(found.id).roles) == (("compute",), ())
    seen: list[int] = []
    task = fuel.provision(DST, [found.id])
    fuel.wait_for_task(task, seconds=20, report=lambda now: seen.append(now.progress))
    assert seen != sorted(seen), "the progress of Fuel goes down at times"
    assert fuel.node(found.id).status == "provisioned"
    assert fuel.environment(DST).status == "partially_deployed"
    finish(fuel, fuel.deploy(DST, [found.id]))
    node = node_with_fqdn(fuel, "src-c3")
    assert node and (node.id, node.status, node.roles) == (found.id, "ready", ("compute",))
    assert fuel.environment(DST).status == "operational"


def test_interfaces_and_disks_are_changed_by_what_they_are(fuel: FuelMaster) -> None:
    fuel.assign(DST, [9], roles=["compute"])
    interfaces = fuel.interfaces(9)
    assert [[one["name"] for one in face["assigned_networks"]] for face in interfaces] == [
        ["private", "management", "storage", "fuelweb_admin"],
        [],
        [],
        [],
    ]  # Nailgun's default
    interfaces[3]["assigned_networks"] = interfaces[0]["assigned_networks"][:3]
    del interfaces[0]["assigned_networks"][:3]
    assert len(fuel.change_interfaces(9, interfaces)[3]["assigned_networks"]) == 3
    interfaces[3]["assigned_networks"] = []
    with pytest.raises(NeedsOperator, match="left unassigned"):
        fuel.change_interfaces(9, interfaces)
    disks = fuel.disks(9)
    disks[0]["volumes"][1]["size"] -= 2048
    assert fuel.change_disks(9, disks) == disks


def test_what_fuel_refuses_is_told_in_its_words(fuel: FuelMaster) -> None:
    with pytest.raises(NeedsOperator, match="Changing cluster on the fly is not allowed"):
        fuel.assign(DST, [2], roles=["compute"])
    with pytest.raises(NeedsOperator, match="nosuchrole are not valid roles"):
        fuel.assign(DST, [9], roles=["nosuchrole"])


def test_a_busy_environment_is_told_from_other_refusals(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    switch(running, "busy/src-cloud")
    assert [task.name for task in fuel.running_tasks(SRC)] == ["deploy"]
    with pytest.raises(FuelBusy, match="another running task"):
        fuel.deploy_changes(SRC)
    assert fuel.running_tasks(DST) == []
    switch(running, "restore")
    while fuel.running_tasks(SRC):
        pass
    finish(fuel, fuel.deploy_changes(SRC))


def test_each_order_to_a_busy_environment_is_told_from_a_refusal(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    configuration = fuel.network_configuration(SRC)
    switch(running, "busy/src-cloud")
    for order in (
        lambda: fuel.provision(SRC, [2]),
        lambda: fuel.deploy(SRC, [2]),
        lambda: fuel.delete_environment(SRC),
        lambda: fuel.change_network_configuration(SRC, configuration),
    ):
        with pytest.raises(FuelBusy):
            order()


def test_a_master_before_9_tells_the_roles_of_the_release(
    fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, ask = fuel.environment(SRC), fuel._connection.get_request
    newer = fuel.roles(environment)

    def without(*gone: str) -> Callable[..., Any]:
        def answer(path: str, **more: Any) -> Any:
            if path in gone:
                raise NotFound(f"{path} not found")
            return ask(path, **more)

        return answer

    monkeypatch.setattr(fuel._connection, "get_request", without("clusters/1/roles/"))
    assert fuel.roles(environment) == newer
    monkeypatch.setattr(
        fuel._connection, "get_request", without("clusters/1/roles/", "releases/2/roles/")
    )
    assert fuel.roles(environment) == {}


def test_a_403_about_a_state_is_not_told_as_one_about_rights(
    running: RunningMaster, fuel: FuelMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(NeedsOperator, match="Release with ID '1' is not deployable") as about_state:
        create_environment(fuel, "old", release_id=1)
    assert "in the present state" in about_state.value.fix

    def refuse(*_: object) -> None:
        raise Refusal(403, "You do not have the administrator rights", plain=True)

    monkeypatch.setattr(running.server.login, "refuse_unknown", refuse)
    with pytest.raises(NeedsOperator) as about_rights:
        fuel.environments()
    assert "the role admin in Fuel's Keystone" in about_rights.value.fix


@pytest.mark.parametrize("phase", ["provision", "deploy"])
def test_a_failed_phase_is_told_and_can_be_repeated(
    running: RunningMaster, fuel: FuelMaster, phase: str
) -> None:
    switch(running, f"fail/{phase}")
    fuel.assign(DST, [9], roles=["compute"])
    with pytest.raises(NeedsOperator, match=r"Check these nodes: 'Untitled"):
        finish(fuel, fuel.provision(DST, [9]))
        finish(fuel, fuel.deploy(DST, [9]))
    assert (fuel.node(9).status, fuel.node(9).error_type) == ("error", phase)
    assert fuel.environment(DST).status == "error"
    finish(fuel, fuel.provision(DST, [9]))
    finish(fuel, fuel.deploy(DST, [9]))
    assert fuel.node(9).status == "ready"


def test_a_node_that_is_never_discovered_stays_away(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    switch(running, "fail/discovery")
    macs = remove(fuel, running, "src-c3")
    assert not any(discovered_node(fuel, macs) for _ in range(10))
    switch(running, "restore")
    assert any(discovered_node(fuel, macs) for _ in range(10))


def test_waiting_ends_at_its_limit_and_when_it_is_told_to(
    running: RunningMaster, fuel: FuelMaster
) -> None:
    switch(running, "busy/src-cloud")
    (task,) = fuel.running_tasks(SRC)
    with pytest.raises(NeedsOperator, match=r"task deploy .* is at 0 % after 0 s"):
        fuel.wait_for_task(task, seconds=0)

    def cancel() -> None:
        raise Cancelled

    with pytest.raises(Cancelled):
        fuel.wait_for_task(task, seconds=60, check=cancel)


def test_waiting_goes_on_while_a_master_does_not_answer(tmp_path: Path) -> None:
    with running_master(tmp_path) as running:
        fuel = FuelMaster(running.endpoint)
        task = fuel.deploy_changes(SRC)
    checks = iter((None, None))

    def check() -> None:
        if next(checks, "third") == "third":
            raise Cancelled

    with pytest.raises(Cancelled):
        fuel.wait_for_task(task, seconds=20, check=check)


def test_notifications_are_written_and_come_in_order(fuel: FuelMaster) -> None:
    fuel.notify("Host src-c3 was evacuated.", topic="done", environment_id=SRC)
    last = fuel.notifications()[-1]
    assert (last.topic, last.environment_id) == ("done", SRC)
    assert last.message == "Host src-c3 was evacuated."
    with pytest.raises(NeedsOperator, match="topic is not found or invalid"):
        fuel.notify("x", topic="nosuch")


def test_links_are_made_once(running: RunningMaster, fuel: FuelMaster) -> None:
    link = {"title": "Pumphouse", "url": "http://10.20.0.2:8999/", "description": "Moves clouds"}
    for _ in range(2):
        fuel.link_from_environment(SRC, **link)
    assert len(running.master.rows["clusters"][SRC]["_links"]) == 1
    assert fuel.plugin_id("pumphouse") is None
    running.master.add("plugins", {"name": "pumphouse", "version": "1.0.0", "_links": []})
    plugin_id = fuel.plugin_id("pumphouse")
    assert plugin_id == 1
    for _ in range(2):
        fuel.link_from_plugin(plugin_id, **link)
    assert len(running.master.rows["plugins"][1]["_links"]) == 1
