"""The networks on nodes' interfaces: Nailgun's default, and what it checks of a change."""

import copy
import ipaddress

from lab.fuel import networks, roles
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

ADMIN, PUBLIC = "fuelweb_admin", "public"
# As the recorded master's nodes were laid out; the default is another.
PLACES = {"public": "eth1", "management": "eth2", "private": "eth2", "storage": "eth3"}


def group_of(cluster: Row, node: Row) -> int:
    """Return the node group from whose network a node boots, else the default one."""
    address = ipaddress.ip_address(node["ip"])
    for network in cluster["_networks"]["networks"]:
        is_own = network["name"] == ADMIN and network["group_id"] is not None
        if is_own and address in ipaddress.ip_network(network["cidr"]):
            return int(network["group_id"])
    return int(cluster["_group_id"])


def networks_of(cluster: Row, node: Row) -> list[Row]:
    """Return the networks that a node must have: those of its group and roles."""
    found = _of_group(cluster, node["group_id"])
    has_public = roles.has_public(cluster, node)
    return [one for one in found if has_public or one["name"] != PUBLIC]


def place_by_default(cluster: Row, node: Row) -> None:
    """Place a node's networks like Nailgun: the master's where it boots, the rest on the first."""
    _place(cluster, node, dict.fromkeys(PLACES, node["_interfaces"][0]["name"]))


def place_as_recorded(cluster: Row, node: Row) -> None:
    """Place a node's networks like those of the recorded master's nodes."""
    _place(cluster, node, PLACES)


def change(master: Master, node: Row, wanted: list[Row]) -> list[Row]:
    """Replace a node's interfaces and bonds. Raises Refusal, as Nailgun does."""
    cluster = None if node["cluster"] is None else master.row("clusters", node["cluster"])
    if cluster:
        _refuse_foreign_networks(cluster, node, wanted)
        _refuse_misplaced(cluster, node, wanted)
        _refuse_missing(cluster, node, wanted)
    known = {interface["id"]: interface for interface in node["_interfaces"]}
    for interface in wanted:
        if interface.get("id") in known:
            known[interface["id"]] |= interface
        elif interface["type"] == "bond":
            node["_interfaces"].append(_new_bond(master, node, interface))
    if cluster:
        networks.describe_networks(cluster, node)
    answer: list[Row] = node["_interfaces"]
    return answer


def forget(node: Row) -> None:
    """Remove all networks and bonds of a node that left its environment."""
    node["network_data"] = []
    node["_interfaces"] = [one for one in node["_interfaces"] if one["type"] != "bond"]
    for interface in node["_interfaces"]:
        interface["assigned_networks"] = []


def _place(cluster: Row, node: Row, places: dict[str, str]) -> None:
    wanted = networks_of(cluster, node)
    for interface in node["_interfaces"]:
        interface["assigned_networks"] = [
            {"id": network["id"], "name": network["name"]}
            for network in wanted
            if (
                interface["pxe"]
                if network["name"] == ADMIN
                else places[network["name"]] == interface["name"]
            )
        ]
    networks.describe_networks(cluster, node)


def _of_group(cluster: Row, group_id: int) -> list[Row]:
    every = cluster["_networks"]["networks"]
    own = [network for network in every if network["group_id"] == group_id]
    names = {network["name"] for network in own}
    shared = [one for one in every if one["group_id"] is None and one["name"] not in names]
    return [*own, *shared]


def _new_bond(master: Master, node: Row, wanted: Row) -> Row:
    names = [slave["name"] for slave in wanted["slaves"]]
    there = {one["name"]: one for one in node["_interfaces"] if one["type"] == "ether"}
    if len(names) < 2 or not set(names) <= there.keys():
        text = f"Node '{node['id']}': each bond interface must have two or more slaves"
        raise Refusal(400, text)
    return {
        "attributes": {},
        "bond_properties": {"mode": wanted.get("mode"), "type__": "linux"},
        **copy.deepcopy(wanted),
        "id": master.next_id("interfaces"),
        "mac": there[names[0]]["mac"],
        "slaves": [{"name": name} for name in names],
        "state": None,
    }


def _given(wanted: list[Row]) -> dict[int, Row]:
    return {one["id"]: face for face in wanted for one in face["assigned_networks"]}


def _refuse_foreign_networks(cluster: Row, node: Row, wanted: list[Row]) -> None:
    known = {network["id"] for network in _of_group(cluster, node["group_id"])}
    if foreign := sorted(_given(wanted).keys() - known):
        groups = {group_id: name for name, group_id in cluster["_groups"].items()}
        group = groups.get(node["group_id"], "default")
        ids = ", ".join(str(identity) for identity in foreign)
        text = f"Node '{node['id']}': networks with IDs '{ids}' cannot be used because they are "
        raise Refusal(400, f"{text}not in node group '{group}'")


def _refuse_misplaced(cluster: Row, node: Row, wanted: list[Row]) -> None:
    names = {one["id"]: one["name"] for one in cluster["_networks"]["networks"]}
    boots = {one["name"] for one in node["_interfaces"] if one.get("pxe")}
    for identity, face in _given(wanted).items():
        faces = {slave["name"] for slave in face.get("slaves", ())} | {face["name"]}
        if names[identity] == ADMIN and not faces & boots:
            text = "admin network can not be assigned to non-pxe interface"
            raise Refusal(400, f"Node '{node['id']}': {text} {face['name']}")
        if names[identity] == PUBLIC and not roles.has_public(cluster, node):
            text = f"Trying to assign public network to Node '{node['id']}' which should not have "
            raise Refusal(400, f"{text}public network")


def _refuse_missing(cluster: Row, node: Row, wanted: list[Row]) -> None:
    needed = {network["id"] for network in networks_of(cluster, node)}
    if missing := needed - _given(wanted).keys():
        names = ",".join(str(identity) for identity in sorted(missing, reverse=True))
        raise Refusal(400, f"Node '{node['id']}': {names} network(s) are left unassigned")
