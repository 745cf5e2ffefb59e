"""Interfaces and disks of a moved node, laid out by name."""

from typing import Any

import pytest

from dashboard.clients.fuel.layout import disks_like, interfaces_like
from dashboard.errors import NeedsOperator


def interface(name: str, *networks: tuple[str, int], kind: str = "ether") -> dict[str, Any]:
    assigned = [{"id": number, "name": network} for network, number in networks]
    return {"name": name, "type": kind, "assigned_networks": assigned}


def disk(name: str, size: int, **volumes: int) -> dict[str, Any]:
    rows = [{"name": volume, "size": size} for volume, size in volumes.items()]
    return {"name": name, "size": size, "volumes": rows}


def test_networks_follow_their_interface_under_the_ids_of_the_new_environment() -> None:
    saved = [interface("eth0", ("fuelweb_admin", 1)), interface("eth1", ("storage", 4))]
    current = [interface("eth1", ("storage", 8), ("fuelweb_admin", 1)), interface("eth0")]
    ids = {"fuelweb_admin": 1, "storage": 8, "management": 7}
    assert interfaces_like(saved, current, network_ids=ids) == [
        interface("eth1", ("storage", 8)),
        interface("eth0", ("fuelweb_admin", 1)),
    ]
    assert current[1]["assigned_networks"] == [], "what was read stays as it was read"


@pytest.mark.parametrize(
    ("saved", "sentence"),
    [
        ([interface("eth7")], "no interface eth7"),
        ([interface("eth0", ("ceph", 3))], "no network ceph"),
        ([interface("eth0", kind="bond")], "eth0 is a bond"),
    ],
)
def test_a_layout_that_cannot_hold_is_refused_by_name(
    saved: list[dict[str, Any]], sentence: str
) -> None:
    with pytest.raises(NeedsOperator, match=sentence):
        interfaces_like(saved, [interface("eth0")], network_ids={"storage": 8})


def test_volumes_follow_their_disk_when_they_fit() -> None:
    saved = [disk("sda", 1000, os=400, vm=600)]
    current = [disk("sda", 1200, os=1200), disk("sdb", 50, vm=50)]
    assert disks_like(saved, current) == [disk("sda", 1200, os=400, vm=600), current[1]]
    with pytest.raises(NeedsOperator, match="sda has 900 MiB, and its volumes need 1000 MiB"):
        disks_like(saved, [disk("sda", 900)])
    with pytest.raises(NeedsOperator, match="no disk sda"):
        disks_like(saved, [disk("sdb", 900)])
