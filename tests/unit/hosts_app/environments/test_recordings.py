"""A copied environment against the recorded answers of a real Nailgun, where they are to be had."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.fuel.objects import Json, Release
from dashboard.hosts_app.environments.networks import (
    carried_parameters,
    changed_configuration,
    differing_networks,
    networks_of,
)
from dashboard.hosts_app.environments.numbering import Numbering, overlaps, renumbered
from dashboard.hosts_app.environments.plugins import carried_plugins, plugin_lines
from dashboard.hosts_app.environments.settings import (
    Target,
    carried_settings,
    differing_settings,
    setting_lines,
)
from tests.support.fuel_masters import running_master
from tests.unit.lab.test_fuel_recordings import RECORDINGS, Replay

pytestmark = pytest.mark.skipif(
    not (RECORDINGS / "INDEX.txt").is_file(), reason=f"no recordings of Nailgun in {RECORDINGS}"
)
MADE_FOR_EACH = {"fsid", "mon_key", "admin_key", "bootstrap_osd_key", "radosgw_key"}
COPY_GROUP = {"default": 4}


def recorded(name: str, part: str = "response") -> Any:
    found = json.loads((RECORDINGS / f"{name}.json").read_text())
    return found["request"]["body"] if part == "request" else found[part]


def target(number: int = 0) -> Target:
    data = recorded("GET_releases")[number]
    settings = data["attributes_metadata"]["editable"]
    return Target(release=Release.of(data), settings=settings, is_same=number == 0)


def numbering(configuration: Json) -> Numbering:
    parameters = configuration["networking_parameters"]
    return Numbering(
        networks=networks_of(configuration, {"default": configuration["networks"][0]["group_id"]}),
        parameters=carried_parameters(configuration),
        segmentation=parameters["segmentation_type"],
    )


def source() -> Json:
    found: Json = recorded("SEED_cluster_1_network_configuration_neutron")
    return found


def test_all_settings_are_carried_but_the_keys_of_the_environment() -> None:
    editable = recorded("SEED_cluster_1_attributes")["editable"]
    lines = setting_lines(editable, target())
    assert {line.outcome for line in lines} == {"carried", "own"}
    own = {line.name for line in lines if line.outcome == "own"}
    assert own == {f"storage.{key}" for key in MADE_FOR_EACH} | {"service_user.password"}
    assert "syslog.metadata" in {line.name for line in lines}


def test_no_line_shows_a_password() -> None:
    editable = recorded("SEED_cluster_1_attributes")["editable"]
    told = {line.name: line.now for line in setting_lines(editable, target())}
    assert told["operator_user.password"] == told["access.password"] == "kept, not shown"
    assert (told["public_ssl.cert_data"], told["storage.fsid"]) == ("kept, not shown", "not shown")
    assert told["common.libvirt_type"] == "qemu"


def test_what_is_sent_makes_the_recorded_copy_equal() -> None:
    editable = recorded("DUP_2_PUT_attributes", "request")["editable"]
    names = [line.name for line in setting_lines(editable, target()) if line.outcome == "carried"]
    assert len(carried_settings(editable, names)) == len(editable) - 1  # cgroups has none
    copy = recorded("DUP_2_PUT_attributes")["editable"]
    assert differing_settings(editable, copy, names) == []


def test_the_networks_that_are_sent_are_those_that_nailgun_took() -> None:
    taken = recorded("DUP_3_PUT_network_configuration", "request")
    wanted = numbering(source())
    sent = changed_configuration(
        taken, COPY_GROUP, wanted=wanted.networks, parameters=wanted.parameters
    )
    assert sent["networks"] == taken["networks"]
    assert sent["networking_parameters"] == taken["networking_parameters"]
    answer = recorded("DUP_3_PUT_network_configuration")
    assert not differing_networks(
        answer, COPY_GROUP, wanted=wanted.networks, parameters=wanted.parameters
    )


def test_the_ranges_of_the_recorded_master_can_be_renumbered() -> None:
    taken = numbering(source()).taken("src-cloud")
    copy = numbering(source())
    assert overlaps(copy.taken("copy"), taken)
    other = renumbered(copy, taken, base=None, vlan_offset=0)
    assert overlaps(other.taken("copy"), taken) == []
    assert differing_networks(
        source(), {"default": 1}, wanted=other.networks, parameters=other.parameters
    ) == ["public", "management", "storage", "floating_ranges", "vlan_range"]


def test_addresses_of_the_internet_stay_without_a_range() -> None:
    copy = numbering(source())
    public = replace(copy.networks[1], cidr="8.8.4.0/24")
    copy = replace(copy, networks=[public])
    taken = copy.taken("src-cloud")
    assert renumbered(copy, taken, base=None, vlan_offset=0).networks == [public]


def test_a_recorded_plugin_is_switched_on_in_the_version_of_the_source() -> None:
    off = recorded("GET_cluster_attributes_with_plugin")["editable"]
    on = recorded("PUT_cluster_attributes_enable_plugin", "request")["editable"]
    release = target().release
    installed = recorded("GET_plugins")
    assert [line.outcome for line in plugin_lines(on, installed, release)] == ["carried"]
    assert plugin_lines(off, installed, release) == []
    assert [line.outcome for line in plugin_lines(on, [], release)] == ["lost"]
    assert carried_plugins(on, off, ["demo_plugin"]) == on


@pytest.fixture
def replay(tmp_path: Path) -> Iterator[Replay]:
    with running_master(tmp_path) as running:
        yield Replay(running)


def test_the_stand_in_answers_a_duplicate_as_nailgun_did(replay: Replay) -> None:
    copy = replay.compare("DUP_1_POST_cluster", "clusters/")
    replay.compare("DUP_2_PUT_attributes", f"clusters/{copy['id']}/attributes")
    path = f"clusters/{copy['id']}/network_configuration/neutron"
    current = replay.session.get(f"{replay.root}/{path}").json()
    ids = {network["name"]: network["id"] for network in current["networks"]}
    body = recorded("DUP_3_PUT_network_configuration", "request")
    for network in body["networks"]:
        network["id"] = ids[network["name"]]
    answered = replay.compare("DUP_3_PUT_network_configuration", path, body=body)
    assert {network["name"] for network in answered["networks"]} == ids.keys()
