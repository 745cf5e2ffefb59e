"""Interfaces and disks of a moved node, laid out by name."""

from typing import Any

import pytest

from dashboard.clients.fuel.layout import disks_like, interfaces_with, networks_of_group
from dashboard.errors import NeedsOperator


def interface(name: str, *networks: tuple[str, int], kind: str = "ether") -> dict[str, Any]:
    assigned = [{"id": number, "name": network} for network, number in networks]
    return {"name": name, "type": kind, "assigned_networks": assigned}


def disk(name: str, size: int, **volumes: int) -> dict[str, Any]:
    rows = [{"name": volume, "size": size} for volume, size in volumes.items()]
    return {"name": name, "size": size, "volumes": rows}


def test_networks_go_to_their_places_under_the_ids_of_the_new_environment() -> None:
    saved = [interface("eth0", ("fuelweb_admin", 1)), interface("eth1", ("storage", 4))]
    current = [interface("eth1", ("storage", 8), ("fuelweb_admin", 1)), interface("eth0")]
    ids = {"fuelweb_admin": 1, "storage": 8, "management": 7}
    places = {"fuelweb_admin": "eth0", "storage": "eth1"}
    assert interfaces_with(saved, current, places=places, network_ids=ids) == [
        interface("eth1", ("storage", 8)),
        interface("eth0", ("fuelweb_admin", 1)),
    ]
    assert current[1]["assigned_networks"] == [], "what was read stays as it was read"


@pytest.mark.parametrize(
    ("places", "sentence"),
    [
        ({"storage": "eth7"}, "no interface eth7"),
        ({"ceph": "eth0"}, "no network ceph"),
        ({"storage": "bond0"}, "no interface eth8"),
    ],
)
def test_a_layout_that_cannot_hold_is_refused_by_name(
    places: dict[str, str], sentence: str
) -> None:
    bond = interface("bond0", kind="bond") | {"slaves": [{"name": "eth0"}, {"name": "eth8"}]}
    saved = [bond] if "bond0" in places.values() else []
    with pytest.raises(NeedsOperator, match=sentence):
        interfaces_with(saved, [interface("eth0")], places=places, network_ids={"storage": 8})


def test_a_bond_is_made_again_from_its_slaves_and_its_mode() -> None:
    old = interface("bond0", ("storage", 4), kind="bond")
    old |= {"id": 17, "mac": "x", "mode": "802.3ad", "attributes": {"type__": {"value": "linux"}}}
    old |= {"slaves": [{"name": "eth0", "id": 3}, {"name": "eth1", "id": 4}]}
    current = [interface("eth0"), interface("eth1")]
    laid = interfaces_with(
        [old, *current], current, places={"storage": "bond0"}, network_ids={"storage": 8}
    )
    assert laid[:2] == current
    assert laid[2] == {
        "name": "bond0",
        "type": "bond",
        "mode": "802.3ad",
        "attributes": {"type__": {"value": "linux"}},
        "slaves": [{"name": "eth0"}, {"name": "eth1"}],
        "assigned_networks": [{"id": 8, "name": "storage"}],
    }
    made = {**laid[2], "id": 40, "assigned_networks": []}
    again = interfaces_with(
        [old, *current], [*current, made], places={"storage": "bond0"}, network_ids={"storage": 8}
    )
    assert [one.get("id") for one in again] == [None, None, 40], "no second bond is made"


def test_a_group_uses_its_own_boot_network_and_else_the_masters() -> None:
    def network(name: str, number: int, group: int | None) -> dict[str, Any]:
        return {"name": name, "id": number, "group_id": group}

    every = [
        network("storage", 4, 1),
        network("storage", 14, 2),
        network("fuelweb_admin", 15, 2),
        network("fuelweb_admin", 1, None),
    ]
    assert [one["id"] for one in networks_of_group(every, 1)] == [4, 1]
    assert [one["id"] for one in networks_of_group(every, 2)] == [14, 15]


def test_volumes_follow_their_disk_when_they_fit() -> None:
    saved = [disk("sda", 1000, os=400, vm=600)]
    current = [disk("sda", 1200, os=1200), disk("sdb", 50, vm=50)]
    assert disks_like(saved, current) == [disk("sda", 1200, os=400, vm=600), current[1]]
    with pytest.raises(NeedsOperator, match="sda has 900 MiB, and its volumes need 1000 MiB"):
        disks_like(saved, [disk("sda", 900)])
    with pytest.raises(NeedsOperator, match="no disk sda"):
        disks_like(saved, [disk("sdb", 900)])
