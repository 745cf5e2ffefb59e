"""Layouts and roles by the rules of Pumphouse, against what a real Nailgun gave its nodes."""

import json
from typing import Any

import pytest

from dashboard.clients.fuel.layout import interfaces_with, places_of
from dashboard.clients.fuel.objects import Environment, Release
from dashboard.clients.fuel.roles import Role, closed_because, unread_conditions
from dashboard.hosts_app.reassignment.facts import EnvironmentFacts
from dashboard.hosts_app.reassignment.layout import lay_out, networks_for
from tests.unit.lab.test_fuel_recordings import RECORDINGS

pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.txt").is_file(),
    reason=f"no recordings of Nailgun in {RECORDINGS}",
)
COMPUTE, CONTROLLER = ["compute"], ["controller", "cinder"]


def recorded(name: str) -> Any:
    return json.loads((RECORDINGS / f"{name}.json").read_text())["response"]


def environment(number: int) -> EnvironmentFacts:
    configuration = recorded(f"SEED_cluster_{number}_network_configuration_neutron")
    data = next(one for one in recorded("SEED_clusters") if one["id"] == number)
    release = next(one for one in recorded("SEED_releases") if one["id"] == data["release_id"])
    return EnvironmentFacts(
        environment=Environment.of(data),
        release=Release.of(release),
        nodes=(),
        running=(),
        networks=configuration["networks"],
        parameters=configuration["networking_parameters"],
        settings=recorded(f"SEED_cluster_{number}_attributes")["editable"],
        groups={"default": number},
        roles={role["name"]: Role.of(role) for role in recorded(f"SEED_cluster_{number}_roles")},
        version=recorded("GET_version"),
    )


@pytest.mark.parametrize(
    ("node", "number", "roles"),
    [(10, 1, COMPUTE), (11, 1, COMPUTE), (12, 1, COMPUTE), (14, 2, CONTROLLER), (15, 2, COMPUTE)],
)
def test_each_recorded_node_has_just_the_networks_of_the_rule(
    node: int, number: int, roles: list[str]
) -> None:
    wanted = networks_for(environment(number), group="default", roles=roles)
    given = places_of(recorded(f"SEED_node_{node}_interfaces"))
    assert {network["name"] for network in wanted} == given.keys()


def test_a_recorded_compute_moves_with_its_layout_under_the_ids_of_the_other_environment() -> None:
    side, interfaces = environment(2), recorded("SEED_node_10_interfaces")
    layout = lay_out(
        "node-10", side, group="default", roles=COMPUTE, interfaces=interfaces, chosen={}
    )
    assert not layout.faults
    assert not layout.dropped
    ids = {network["name"]: network["id"] for network in side.networks}
    laid = interfaces_with(interfaces, interfaces, places=layout.by_network, network_ids=ids)
    there = recorded("SEED_node_15_interfaces")
    assert [ids_on(face) for face in laid] == [ids_on(face) for face in there]


def ids_on(face: dict[str, Any]) -> tuple[str, set[int]]:
    return face["name"], {network["id"] for network in face["assigned_networks"]}


def test_a_recorded_compute_that_becomes_a_controller_gets_the_public_network() -> None:
    layout = lay_out(
        "node-10",
        environment(2),
        group="default",
        roles=CONTROLLER,
        interfaces=recorded("SEED_node_10_interfaces"),
        chosen={},
    )
    assert not layout.faults
    assert layout.by_network == places_of(recorded("SEED_node_14_interfaces"))


def test_every_recorded_condition_can_be_read_and_closes_the_roles_that_nailgun_closes() -> None:
    side = environment(1)
    assert not [one for role in side.roles.values() for one in unread_conditions(role, side.models)]
    closed = {name for name, role in side.roles.items() if [*closed_because(role, side.models)]}
    assert closed == {"mongo", "ironic", "ceph-osd", "cinder-block-device"}
