"""The plan of a reassignment: what it names, and what it refuses, by facts from Fuel's stand-in."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.roles import Role
from dashboard.clients.inventory import Interface, InventoryHost
from dashboard.hosts_app.evacuation.planning import EvacuationLine, MoveOutcome
from dashboard.hosts_app.plans.lines import Refusal
from dashboard.hosts_app.reassignment.facts import (
    Machine,
    ReassignmentFacts,
    read_environment,
    read_example,
)
from dashboard.hosts_app.reassignment.planning import notes_of
from tests.support.fuel_layouts import bonded
from tests.support.fuel_masters import (
    RunningMaster,
    add_environment,
    counted_requests,
)
from tests.support.reassignment_plans import (
    DST,
    EMPTY,
    HOST,
    NODE,
    SRC,
    facts_of,
    planned_lines,
    rack_of_its_own,
    refused,
)

Change = Callable[[RunningMaster], None]


def node(number: int, **change: Any) -> Change:
    return lambda running: running.master.rows["nodes"][number].update(change)


def cluster(number: int, **change: Any) -> Change:
    return lambda running: running.master.rows["clusters"][number].update(change)


def networks_more(running: RunningMaster) -> None:
    networks = running.master.rows["clusters"][DST]["_networks"]["networks"]
    networks[:0] = [{**networks[1], "id": 90 + n, "name": f"extra{n}"} for n in (1, 2)]


def template(running: RunningMaster) -> None:
    parameters = running.master.rows["clusters"][DST]["_networks"]["networking_parameters"]
    parameters["configuration_template"] = {"adv_net_template": {}}


def full_disk(running: RunningMaster) -> None:
    running.master.rows["nodes"][NODE]["_disks"][0]["size"] = 1


def test_what_fits_is_not_refused(running: RunningMaster) -> None:
    assert refused(facts_of(running)) == []


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (cluster(DST, status="error"), "Environment dst-cloud is error, not operational."),
        (cluster(SRC, status="stopped"), "Environment src-cloud is stopped, not operational."),
        (node(NODE, status="error"), "Node 4 (src-c3) is error in Fuel."),
        (node(NODE, online=False), "Node 4 (src-c3) is ready in Fuel and offline."),
        (node(NODE, fqdn="other", hostname="other"), "has no node named src-c3."),
        (
            node(2, pending_deletion=True),
            "src-c1 of environment src-cloud is pending to be removed",
        ),
        (node(3, pending_addition=True), "src-c2 of environment src-cloud is pending to be added"),
        (
            node(NODE, roles=["compute", "ceph-osd"]),
            "also has the role ceph-osd: its disks hold a part",
        ),
        (
            node(NODE, roles=["compute", "cinder"]),
            "also has the role cinder: its disks hold volumes",
        ),
        (
            node(NODE, roles=["compute", "controller"]),
            "also has the role controller: it runs the cloud",
        ),
        (node(NODE, roles=["compute", "virt"]), "also has the role virt: Pumphouse cannot remove"),
        (networks_more, "No interface of src-c3 is free for the network extra2 of environment"),
        (template, "Environment dst-cloud has a network template"),
        (rack_of_its_own, "Environment dst-cloud has no nodegroup rack2, in which the host is."),
        (full_disk, "Disk sda has 1 MiB"),
    ],
)
def test_what_does_not_fit_is_refused_by_name(
    running: RunningMaster, change: Change, sentence: str
) -> None:
    change(running)
    found = refused(facts_of(running))
    assert len(found) == 1
    assert sentence in found[0]


def test_a_role_that_the_environment_does_not_have_is_refused_before_anything_is_erased(
    running: RunningMaster,
) -> None:
    (found,) = refused(facts_of(running), roles=["compute", "kompute"])
    assert found.startswith("Environment dst-cloud has no role kompute. It has: base-os, ")


def test_roles_that_fuel_does_not_give_together_or_at_all_are_refused(
    running: RunningMaster,
) -> None:
    facts = facts_of(running)
    assert refused(facts, roles=["compute", "cinder"]) == []
    (found,) = refused(facts, roles=["compute", "controller"])
    assert "no node can have both roles compute and controller" in found
    (found,) = refused(facts, roles=["compute", "ceph-osd"])
    assert (
        "does not allow the role ceph-osd: Ceph should be enabled in the environment settings."
    ) in found
    change = {"editable": {"storage": {"images_ceph": {"value": True}}}}
    FuelMaster(running.endpoint).change_settings(DST, change)
    assert refused(facts_of(running), roles=["compute", "ceph-osd"]) == []


def test_a_condition_that_cannot_be_read_is_noted_and_left_to_fuel(
    running: RunningMaster,
) -> None:
    facts = facts_of(running)
    odd = Role(name="compute", restrictions=[("settings:a.b > 3", "Too big.")])
    side = replace(facts.destination, roles={"compute": odd})
    facts = replace(facts, destination=side)
    assert refused(facts) == []
    (note,) = notes_of(facts, moves_port=False, roles=["compute"])
    assert "cannot read a condition of the role compute" in note
    assert "settings:a.b > 3" in note


def test_a_release_that_cannot_be_installed_is_refused(running: RunningMaster) -> None:
    facts = facts_of(running)
    old = replace(facts.destination.release, state="unavailable")
    facts = replace(facts, destination=replace(facts.destination, release=old))
    assert "so Fuel cannot install it" in refused(facts)[0]


def test_addresses_and_names_that_the_inventory_has_otherwise_are_refused(
    running: RunningMaster,
) -> None:
    def with_interface(name: str, mac: str) -> ReassignmentFacts:
        interfaces = {name: Interface(name=name, mac=mac)}
        return facts_of(running, Machine(host=InventoryHost(name=HOST, interfaces=interfaces)))

    mac = facts_of(running).interfaces[0]["mac"]
    assert refused(with_interface("eth0", mac)) == []
    assert (
        f"{mac} of src-c3 is enp1s0 in the inventory and eth0 in Fuel"
        in (refused(with_interface("enp1s0", mac))[0])
    )
    assert (
        "52:54:00:ff:ff:ff, which it does not have in Fuel"
        in (refused(with_interface("eth0", "52:54:00:ff:ff:ff"))[0])
    )


def test_a_bond_is_not_taken_for_the_interface_whose_address_it_has(
    running: RunningMaster,
) -> None:
    faces = facts_of(running).interfaces
    bonded(running, HOST)
    own = {one["name"]: Interface(name=one["name"], mac=one["mac"]) for one in faces}
    machine = Machine(host=InventoryHost(name=HOST, interfaces=own))
    assert refused(facts_of(running, machine)) == []


def test_a_bmc_that_does_not_answer_is_refused_in_its_own_words(running: RunningMaster) -> None:
    fault = Refusal(sentence="The BMC is silent.", fix="Wake it.")
    assert refused(facts_of(running, Machine(host=None, fault=fault))) == [str(fault)]


def test_a_server_that_would_stay_is_refused(running: RunningMaster) -> None:
    line = EvacuationLine(
        number=1,
        server_id="x",
        name="pet",
        status="ACTIVE",
        outcome=MoveOutcome.SKIP,
        why="so",
    )
    found = refused(facts_of(running), replace(EMPTY, lines=[line]))
    assert found[0].startswith("Server pet would stay on src-c3, which is erased.")


@pytest.mark.parametrize(
    ("version", "why"),
    [
        ("10.0", "this also runs the deployment on src-c1, src-c2, src-control"),
        ("9.0", "this also runs the deployment on src-c1, src-c2, src-control"),
        ("8.0", "no other node is affected"),
    ],
)
def test_the_plan_names_what_fuel_will_deploy_again(
    running: RunningMaster, version: str, why: str
) -> None:
    cluster(SRC, fuel_version=version)(running)
    lines = planned_lines(facts_of(running))
    changes = next(line for line in lines if line.subject == "environment src-cloud")
    assert why in changes.why


def test_the_plan_is_numbered_and_leaves_out_what_was_not_chosen(running: RunningMaster) -> None:
    facts = facts_of(running)
    long = planned_lines(facts, moves_port=True)
    short = planned_lines(facts, probes=False)
    assert [line.number for line in long] == [*range(1, len(long) + 1)]
    left_out = {line.subject for line in long} - {line.subject for line in short}
    assert left_out == {"switch port of src-c3", "a small server"}


def test_a_port_that_must_be_moved_by_hand_is_noted(running: RunningMaster) -> None:
    assert list(notes_of(facts_of(running), moves_port=False)) == []
    for network in running.master.rows["clusters"][DST]["_networks"]["networks"]:
        if network["name"] == "fuelweb_admin":
            network["vlan_start"] = 77
    facts = facts_of(running)
    assert any("move its port by hand" in note for note in notes_of(facts, moves_port=False))
    assert list(notes_of(facts, moves_port=True)) == []


def test_an_environment_of_sixty_nodes_takes_as_many_requests_as_one_of_four(
    running: RunningMaster, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_environment(running, "big", hosts=60)
    big = max(running.master.rows["clusters"])
    requests = counted_requests(monkeypatch)
    taken = {}
    for environment in (SRC, big):
        fuel = FuelMaster(running.endpoint)
        side = read_environment(fuel, fuel.environment(environment))
        assert read_example(fuel, side, roles=["compute"])
        taken[environment] = len(requests)
        requests.clear()
    assert taken[big] == taken[SRC] <= 10
