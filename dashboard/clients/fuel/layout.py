"""Puts networks on a node's interfaces, and volumes on its disks, by name.

A node that was removed and discovered again has the same names of interfaces and disks; all ids
differ. Its bonds are gone, and are made again with their slaves and their mode.
"""

import copy
from collections.abc import Iterable, Mapping, Sequence

from dashboard.clients.fuel.objects import Json
from dashboard.errors import NeedsOperator

DEFAULT_GROUP = "default"
"""The nodegroup that every environment has."""
BOND = "bond"
BOND_KEYS = (
    "attributes",
    "bond_properties",
    "interface_properties",
    "mode",
    "name",
    "offloading_modes",
    "type",
)
"""What a bond is made from; the rest of it is Nailgun's own."""


def places_of(interfaces: Iterable[Json]) -> dict[str, str]:
    """Return the interface of each network, both by name."""
    return {
        network["name"]: interface["name"]
        for interface in interfaces
        for network in interface["assigned_networks"]
    }


def slaves_of(interfaces: Iterable[Json]) -> set[str]:
    """Return the names of the interfaces that are part of a bond."""
    bonds = (one for one in interfaces if one["type"] == BOND)
    return {slave["name"] for bond in bonds for slave in bond["slaves"]}


def networks_of_group(networks: Iterable[Json], group_id: int | None) -> list[Json]:
    """Return the networks that a node of a nodegroup can have; None is for all of them.

    The master's boot network belongs to no group, and is used by groups that have none of their
    own.
    """
    found = list(networks)
    if group_id is None:
        return found
    own = [one for one in found if one["group_id"] == group_id]
    names = {one["name"] for one in own}
    return [*own, *(one for one in found if one["group_id"] is None and one["name"] not in names)]


def interfaces_with(
    saved: Sequence[Json],
    current: Sequence[Json],
    *,
    places: Mapping[str, str],
    network_ids: Mapping[str, int],
) -> list[Json]:
    """Return ``current`` with each network of ``places`` on its interface, and the bonds of
    ``saved``.

    ``network_ids`` are those of the environment that the node is in now. Raises NeedsOperator when
    an interface or a network is missing there.
    """
    bonds = {one["name"]: one for one in saved if one["type"] == BOND}
    there = {one["name"] for one in current}
    _refuse_missing("interface", ({*places.values()} - bonds.keys() | slaves_of(saved)) - there)
    _refuse_missing("network", places.keys() - network_ids.keys())
    laid = copy.deepcopy([one for one in current if one["type"] != BOND or one["name"] in bonds])
    laid += [_new_bond(bond) for name, bond in bonds.items() if name not in there]
    for interface in laid:
        interface["assigned_networks"] = [
            {"id": network_ids[name], "name": name}
            for name, place in places.items()
            if place == interface["name"]
        ]
    return laid


def _new_bond(saved: Json) -> Json:
    kept = {key: copy.deepcopy(saved[key]) for key in BOND_KEYS if key in saved}
    return {**kept, "slaves": [{"name": slave["name"]} for slave in saved["slaves"]]}


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


def _refuse_missing(kind: str, names: set[str]) -> None:
    if names:
        raise NeedsOperator(
            f"The node or its new environment has no {kind} {', '.join(sorted(names))}.",
            fix=f"Give both environments the same {kind}s, or lay out the node in Fuel.",
        )
