"""Room in zones and aggregates: a server that must be somewhere fits only there."""

import pytest

from dashboard.campaigns.running.needs import server_needs
from dashboard.campaigns.running.room import read_room
from dashboard.campaigns.simulation.needs import Needs, Resources
from dashboard.campaigns.simulation.room import ENOUGH, CloudRoom

SIZES = {"VCPU": 2, "MEMORY_MB": 512, "DISK_GB": 0}
FLAVOR = {"vcpus": 2, "ram": 512, "disk": 0}


def room() -> CloudRoom:
    """Return two hosts that are alike, of which one is in zone east and has fast disks."""
    free = {"VCPU": 2, "MEMORY_MB": 1024}
    fast = {"zone east": ENOUGH, "aggregate disks=ssd": ENOUGH}
    return CloudRoom(hosts={"c1": {**free, "zone nova": ENOUGH}, "c2": {**free, **fast}})


def needs(*places: str) -> Needs:
    return Needs(servers=[{**SIZES, **dict.fromkeys(places, 1)}])


@pytest.mark.parametrize("place", ["zone east", "aggregate disks=ssd"])
def test_a_server_takes_room_only_where_it_must_be(place: str) -> None:
    destination = room()
    assert destination.take(needs(place)) is None
    assert destination.hosts["c2"]["VCPU"] == 0
    missing = destination.take(needs(place))
    assert missing is not None
    assert missing.words == (
        f"No host of the destination in {place} has room for a server with 2 VCPU, 512 MEMORY_MB"
    )
    assert missing.server is None, "a host that comes is in no zone or aggregate"
    assert destination.take(needs()) is None


def test_a_place_that_no_host_is_in_binds_nothing() -> None:
    assert room().take(needs("zone west")) is None


def test_a_host_that_comes_is_in_no_zone_yet() -> None:
    destination = room()
    destination.take(needs("zone east"))
    destination.add_host("c3", {"VCPU": 64, "MEMORY_MB": 65536})
    assert destination.take(needs("zone east")) is not None
    assert destination.take(needs()) is None


@pytest.mark.parametrize(
    ("specs", "zone", "places"),
    [
        ({}, "", []),
        ({}, "east", ["zone east"]),
        ({"aggregate_instance_extra_specs:disks": "ssd"}, "", ["aggregate disks=ssd"]),
        ({"aggregate_instance_extra_specs:disks": "<or> ssd <or> nvme"}, "", []),
        ({"aggregate_instance_extra_specs:disks": "s== ssd"}, "", []),
        ({"hw:cpu_policy": "shared"}, "", []),
    ],
)
def test_a_server_must_be_where_its_zone_and_flavor_say(
    specs: dict[str, str], zone: str, places: list[str]
) -> None:
    server = {"flavor": {**FLAVOR, "extra_specs": specs}}
    needed: Resources = server_needs(server, {}, zone=zone)
    assert [name for name in needed if name not in SIZES] == places


@pytest.mark.django_db
def test_zones_and_aggregates_are_read_with_the_room(clouds) -> None:
    hosts = read_room(clouds.destination).hosts
    east = {"zone east", "aggregate disks=ssd", "aggregate disks=nvme"}
    found = {name: {each for each in free if " " in each} for name, free in hosts.items()}
    *others, last = found.values()
    assert last == east
    assert others == [{"zone nova"}] * len(others)
