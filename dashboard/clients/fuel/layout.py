"""Puts a node's interfaces and disks as they were on another, by name.

A node that was removed and discovered again, or that is to be like another, has the same names of
interfaces, disks and networks; all ids differ. Bonds are not carried over: they are refused.
"""

import copy
from collections.abc import Mapping, Sequence

from dashboard.clients.fuel.objects import Json
from dashboard.errors import NeedsOperator


def interfaces_like(
    saved: Sequence[Json], current: Sequence[Json], *, network_ids: Mapping[str, int]
) -> list[Json]:
    """Return ``current`` with the networks that the interfaces of ``saved`` had.

    ``network_ids`` are those of the environment that the node is in now. Raises NeedsOperator when
    an interface or a network is missing there.
    """
    networks = {interface["name"]: _network_names(interface) for interface in saved}
    _refuse_missing("interface", networks.keys() - {one["name"] for one in current})
    names = {name for assigned in networks.values() for name in assigned}
    _refuse_missing("network", names - network_ids.keys())
    laid = copy.deepcopy(list(current))
    for interface in laid:
        wanted = networks.get(interface["name"], [])
        interface["assigned_networks"] = [
            {"id": network_ids[name], "name": name} for name in wanted
        ]
    return laid


def disks_like(saved: Sequence[Json], current: Sequence[Json]) -> list[Json]:
    """Return ``current`` with the volumes that the disks of ``saved`` had; sizes are in MiB.

    Disks that ``saved`` does not have stay as they are. Raises NeedsOperator when a disk is
    missing or too small.
    """
    volumes = {disk["name"]: disk["volumes"] for disk in saved}
    _refuse_missing("disk", volumes.keys() - {disk["name"] for disk in current})
    laid = copy.deepcopy(list(current))
    for disk in laid:
        disk["volumes"] = copy.deepcopy(volumes.get(disk["name"], disk["volumes"]))
        needed = sum(volume["size"] for volume in disk["volumes"])
        if needed > disk["size"]:
            raise NeedsOperator(
                f"Disk {disk['name']} has {disk['size']} MiB, and its volumes need {needed} MiB.",
                fix="Lay out the disks of the node in Fuel, then retry.",
            )
    return laid


def _network_names(interface: Json) -> list[str]:
    if interface["type"] == "bond":
        raise NeedsOperator(
            f"Interface {interface['name']} is a bond, which is not laid out by itself.",
            fix="Make the bond of the node in Fuel, then retry.",
        )
    return [network["name"] for network in interface["assigned_networks"]]


def _refuse_missing(kind: str, names: set[str]) -> None:
    if names:
        raise NeedsOperator(
            f"The node or its new environment has no {kind} {', '.join(sorted(names))}.",
            fix=f"Give both environments the same {kind}s, or lay out the node in Fuel.",
        )
