"""The plan of a reassignment: what it names, and what it refuses, by facts from Fuel's stand-in."""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.roles import Role
from dashboard.clients.inventory import Interface, InventoryHost
from dashboard.hosts_app.evacuation.planning import EvacuationLine, EvacuationPlan, MoveOutcome
from dashboard.hosts_app.plans.lines import PlanLine, Refusal
from dashboard.hosts_app.reassignment.facts import (
    Machine,
    ReassignmentFacts,
    read_environment,
    read_example,
)
from dashboard.hosts_app.reassignment.layout import HostLayout, layout_in_destination
from dashboard.hosts_app.reassignment.planning import lines_of, notes_of
from dashboard.hosts_app.reassignment.refusals import joining_refusals, refusals_of
from tests.support.fuel_masters import (
    RunningMaster,
    add_environment,
    counted_requests,
    running_master,
)

SRC, DST, NODE, HOST = 1, 2, 4, "src-c3"
EMPTY = EvacuationPlan(host=HOST, is_closed=False, lines=[], refusals=[])
MACHINE = Machine(host=InventoryHost(name=HOST))
Change = Callable[[RunningMaster], None]


@pytest.fixture(scope="module")
def master(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMaster]:
    with running_master(tmp_path_factory.mktemp("fuel")) as running:
        yield running


@pytest.fixture
def running(master: RunningMaster) -> Iterator[RunningMaster]:
    """The one master; what a test changes about it is put back."""
    before = copy.deepcopy(master.master.rows)
    yield master
    master.master.rows = before


def facts_of(running: RunningMaster, machine: Machine = MACHINE) -> ReassignmentFacts:
    fuel = FuelMaster(running.endpoint)
    sides = [read_environment(fuel, fuel.environment(id_)) for id_ in (SRC, DST)]
    return ReassignmentFacts(
        host=HOST,
        node=next((one for one in sides[0].nodes if one.fqdn == HOST), None),
        source=sides[0],
        destination=sides[1],
        machine=machine,
        interfaces=fuel.interfaces(NODE),
        disks=fuel.disks(NODE),
        example=read_example(fuel, sides[1], roles=["compute", "controller"]),
    )


def layout_of(
    facts: ReassignmentFacts, roles: Sequence[str] = ("compute",), **chosen: str
) -> HostLayout:
    return layout_in_destination(facts, roles=roles, chosen=chosen)


def refused(
    facts: ReassignmentFacts,
    plan: EvacuationPlan = EMPTY,
    roles: Sequence[str] = ("compute",),
    **chosen: str,
) -> list[str]:
    layout = layout_of(facts, roles, **chosen)
    found = [*refusals_of(facts, plan), *joining_refusals(facts, roles, layout)]
    return [str(refusal) for refusal in found]


def planned_lines(facts: ReassignmentFacts, **more: Any) -> list[PlanLine]:
    options = {"roles": ["compute"], "moves_port": False, "probes": True, **more}
    return lines_of(facts, [], layout=layout_of(facts, options["roles"]), **options)


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


def rack_of_its_own(running: RunningMaster) -> None:
    FuelMaster(running.endpoint).create_nodegroup(SRC, name="rack2")
    group = running.master.rows["clusters"][SRC]["_groups"]["rack2"]
    running.master.rows["nodes"][NODE]["group_id"] = group


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


def public_everywhere(running: RunningMaster, environment: int = DST) -> None:
    everywhere = {"public_network_assignment": {"assign_to_all_nodes": {"value": True}}}
    FuelMaster(running.endpoint).change_settings(environment, {"editable": everywhere})


def test_a_compute_without_a_public_network_stays_as_it_is(running: RunningMaster) -> None:
    layout = layout_of(facts_of(running))
    assert layout.by_network == {
        "fuelweb_admin": "eth0",
        "management": "eth2",
        "private": "eth2",
        "storage": "eth3",
    }
    assert not layout.dropped
    assert layout.summary == "eth0: fuelweb_admin; eth2: management, private; eth3: storage"


@pytest.mark.parametrize("settings", ["everywhere", "dvr"])
def test_a_destination_that_gives_computes_a_public_network_has_it_placed(
    running: RunningMaster, settings: str
) -> None:
    if settings == "everywhere":
        public_everywhere(running)
    else:
        dvr = {"neutron_advanced_configuration": {"neutron_dvr": {"value": True}}}
        FuelMaster(running.endpoint).change_settings(DST, {"editable": dvr})
    facts = facts_of(running)
    assert refused(facts) == []
    line = next(one for one in planned_lines(facts) if one.subject == "network public")
    assert (line.state, line.outcome) == ("not on src-c3", "on eth1")
    assert line.why == "as on dst-control"
    alone = replace(facts, example=None)
    line = next(one for one in planned_lines(alone) if one.subject == "network public")
    assert (line.outcome, line.why) == ("on eth1", "no network is on it yet")


def test_where_fuel_tells_no_roles_controllers_have_the_public_network(
    running: RunningMaster,
) -> None:
    facts = facts_of(running)
    facts = replace(facts, destination=replace(facts.destination, roles={}))
    assert "public" not in layout_of(facts).by_network
    assert "public" in layout_of(facts, ["controller"]).by_network


def test_a_public_network_that_the_roles_do_not_have_is_dropped(running: RunningMaster) -> None:
    public_everywhere(running, SRC)
    fuel = FuelMaster(running.endpoint)
    faces = fuel.interfaces(NODE)
    faces[1]["assigned_networks"] = [{"id": fuel.network_ids(SRC)["public"], "name": "public"}]
    fuel.change_interfaces(NODE, faces)
    facts = facts_of(running)
    assert refused(facts) == []
    assert "public" not in layout_of(facts).by_network
    line = next(one for one in planned_lines(facts) if one.subject == "network public")
    assert (line.state, line.outcome) == ("on eth1", "not on src-c3")
    assert line.why == "compute has no such network in dst-cloud"


def test_networks_go_where_the_operator_wants_them(running: RunningMaster) -> None:
    facts = facts_of(running)
    layout = layout_of(facts, storage="eth1")
    assert layout.by_network["storage"] == "eth1"
    assert [place.why for place in layout.places if place.network == "storage"] == ["as chosen"]
    assert refused(facts, storage="eth1") == []
    for chosen, sentence in (
        ({"public": "eth1"}, "src-c3 does not get a network public in environment dst-cloud."),
        ({"storage": "eth9"}, "src-c3 has no interface eth9 for the network storage."),
        ({"fuelweb_admin": "eth1"}, "src-c3 does not boot from eth1, so fuelweb_admin cannot be"),
    ):
        (found,) = refused(facts, **chosen)
        assert sentence in found


def test_two_networks_without_a_vlan_are_not_put_on_one_interface(running: RunningMaster) -> None:
    public_everywhere(running)
    (found,) = refused(facts_of(running), public="eth0")
    assert "public and fuelweb_admin of environment dst-cloud have no VLAN" in found


def test_a_bond_carries_its_networks_and_its_slaves_none(running: RunningMaster) -> None:
    bonded(running)
    facts = facts_of(running)
    assert refused(facts) == []
    assert layout_of(facts).by_network["storage"] == "bond0"
    (found,) = refused(facts, storage="eth3")
    assert "src-c3 has no interface eth3 for the network storage." in found


def bonded(running: RunningMaster) -> None:
    """Join the interfaces of the host that have the networks of the cloud."""
    fuel = FuelMaster(running.endpoint)
    faces = fuel.interfaces(NODE)
    networks = faces[2]["assigned_networks"] + faces[3]["assigned_networks"]
    for face in faces[2:]:
        face["assigned_networks"] = []
    bond = {
        "name": "bond0",
        "type": "bond",
        "mode": "802.3ad",
        "slaves": [{"name": "eth2"}, {"name": "eth3"}],
        "assigned_networks": networks,
    }
    fuel.change_interfaces(NODE, [*faces, bond])


def test_in_a_rack_of_its_own_a_host_gets_that_racks_networks(running: RunningMaster) -> None:
    fuel = FuelMaster(running.endpoint)
    rack_of_its_own(running)
    fuel.create_nodegroup(DST, name="rack2")
    facts = facts_of(running)
    assert refused(facts) == []
    layout = layout_of(facts)
    assert layout.group == "rack2"
    assigned = next(line for line in planned_lines(facts) if line.outcome.startswith("assigned"))
    assert assigned.outcome == "assigned to dst-cloud as compute, in nodegroup rack2"


def test_a_host_is_expected_in_the_rack_from_whose_network_it_boots(
    running: RunningMaster,
) -> None:
    FuelMaster(running.endpoint).create_nodegroup(DST, name="rack7")
    networks = running.master.rows["clusters"][DST]["_networks"]["networks"]
    own = next(one for one in networks if one["name"] == "fuelweb_admin")
    running.master.rows["nodes"][NODE]["ip"] = own["cidr"].replace(".0/24", ".9")
    assert layout_of(facts_of(running)).group == "rack7"
