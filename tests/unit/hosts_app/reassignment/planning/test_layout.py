"""The networks of a host in its new environment, by facts from Fuel's stand-in."""

from dataclasses import replace

import pytest

from dashboard.clients.fuel.master import FuelMaster
from tests.support.fuel_layouts import bonded, public_everywhere, routed_on_every_node
from tests.support.fuel_masters import RunningMaster
from tests.support.reassignment_plans import (
    DST,
    HOST,
    NODE,
    SRC,
    facts_of,
    layout_of,
    planned_lines,
    rack_of_its_own,
    refused,
)


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
        public_everywhere(running, DST)
    else:
        routed_on_every_node(running, DST)
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
    public_everywhere(running, DST)
    (found,) = refused(facts_of(running), public="eth0")
    assert "public and fuelweb_admin of environment dst-cloud have no VLAN" in found


def test_a_bond_carries_its_networks_and_its_slaves_none(running: RunningMaster) -> None:
    bonded(running, HOST)
    facts = facts_of(running)
    assert refused(facts) == []
    assert layout_of(facts).by_network["storage"] == "bond0"
    (found,) = refused(facts, storage="eth3")
    assert "src-c3 has no interface eth3 for the network storage." in found


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
