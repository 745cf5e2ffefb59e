"""Nailgun's rules for assigning nodes to environments and removing them."""

import re

from lab.fuel import hardware, interfaces, roles
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal

LABEL = r"[a-zA-Z0-9]([a-zA-Z0-9\-]{0,61}[a-zA-Z0-9])?"
HOSTNAME = rf"({LABEL}\.)*{LABEL}"


def assign(master: Master, cluster_id: int, wanted: list[Row]) -> None:
    """Assign nodes to an environment with roles; nothing happens to them until it is deployed."""
    cluster = master.row("clusters", cluster_id)
    nodes = _nodes(master, wanted)
    pairs = [(node, one["roles"]) for node, one in zip(nodes, wanted, strict=True)]
    for node, wanted_roles in pairs:
        _refuse_foreign(cluster, node)
        roles.refuse_misfits(cluster, wanted_roles)
    for node, wanted_roles in pairs:
        _assign(cluster, node, wanted_roles)


def unassign(master: Master, cluster_id: int, wanted: list[Row]) -> None:
    """Unassign nodes: at once if never deployed, else with the environment's next deployment."""
    master.row("clusters", cluster_id)
    nodes = _nodes(master, wanted)
    for node in nodes:
        if node["cluster"] != cluster_id:
            raise Refusal(400, f"Nodes [{node['id']}] are not members of environment {cluster_id}.")
    for node in nodes:
        if node["status"] == "discover":
            release(node)
        else:
            node["pending_deletion"] = True


def change_node(master: Master, node_id: int, body: Row) -> Row:
    """Change a node as an operator can; its environment cannot be changed this way."""
    node = master.row("nodes", node_id)
    if "cluster_id" in body and body["cluster_id"] != node["cluster"]:
        raise Refusal(400, "Changing cluster on the fly is not allowed", plain=True)
    if "hostname" in body:
        _rename(node, body["hostname"])
    changeable = ("name", "labels", "pending_deletion")
    node |= {key: body[key] for key in changeable if key in body}
    return node


def release(node: Row) -> None:
    """Make a node free; it keeps its id."""
    node |= {
        "cluster": None,
        "group_id": None,
        "pending_addition": False,
        "pending_roles": [],
        "roles": [],
    }
    interfaces.forget(node)


def _assign(cluster: Row, node: Row, wanted_roles: list[str]) -> None:
    comes_new = node["cluster"] is None
    node |= {
        "cluster": cluster["id"],
        "group_id": interfaces.group_of(cluster, node),
        "pending_roles": list(wanted_roles),
        "pending_addition": node["status"] in ("discover", "error"),
    }
    if comes_new:
        interfaces.place_by_default(cluster, node)
        hardware.lay_out_disks(node)


def _nodes(master: Master, wanted: list[Row]) -> list[Row]:
    known = {node["id"]: node for node in master.all("nodes")}
    ids = [int(one["id"]) for one in wanted]
    if missing := [str(identity) for identity in ids if identity not in known]:
        raise Refusal(400, f"Nodes with ids {', '.join(missing)} were not found.")
    return [known[identity] for identity in ids]


def _refuse_foreign(cluster: Row, node: Row) -> None:
    if node["cluster"] not in (None, cluster["id"]):
        raise Refusal(400, "Changing cluster on the fly is not allowed", plain=True)


def _rename(node: Row, hostname: str) -> None:
    if node["status"] != "discover":
        raise Refusal(403, "Node hostname may be changed only before provisioning.")
    if not re.fullmatch(HOSTNAME, hostname):
        raise Refusal(
            400,
            "Hostname must consist of english characters, digits, minus signs and periods. "
            f"(The following pattern must apply ^{HOSTNAME}$)",
        )
    node["hostname"] = node["fqdn"] = hostname
