"""Nailgun's rules for assigning nodes to environments and removing them."""

from lab.fuel import environments, hardware, networks
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal


def assign(master: Master, cluster_id: int, wanted: list[Row]) -> None:
    """Assign nodes to an environment with roles; nothing happens to them until it is deployed."""
    cluster = master.row("clusters", cluster_id)
    pairs = [(master.row("nodes", int(one["id"])), one["roles"]) for one in wanted]
    for node, roles in pairs:
        _refuse_foreign(cluster, node)
        _refuse_roles(cluster, roles)
    for node, roles in pairs:
        _assign(cluster, node, roles)


def unassign(master: Master, cluster_id: int, wanted: list[Row]) -> None:
    """Unassign nodes: at once if never deployed, else with the environment's next deployment."""
    master.row("clusters", cluster_id)
    nodes = [master.row("nodes", int(one["id"])) for one in wanted]
    for node in nodes:
        if node["cluster"] != cluster_id:
            text = f"Nodes with IDs {node['id']} are not in environment {cluster_id}"
            raise Refusal(400, text)
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
        _rename(master, node, body["hostname"])
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
    networks.forget_networks(node)


def _assign(cluster: Row, node: Row, roles: list[str]) -> None:
    comes_new = node["cluster"] is None
    node |= {
        "cluster": cluster["id"],
        "group_id": cluster["_group_id"],
        "pending_roles": list(roles),
        "pending_addition": node["status"] in ("discover", "error"),
    }
    if comes_new:
        networks.place_networks(cluster, node)
        hardware.lay_out_disks(node)


def _refuse_foreign(cluster: Row, node: Row) -> None:
    if node["cluster"] not in (None, cluster["id"]):
        raise Refusal(400, "Changing cluster on the fly is not allowed", plain=True)


def _refuse_roles(cluster: Row, roles: list[str]) -> None:
    if unknown := [role for role in roles if role not in environments.ROLES]:
        names = ", ".join(unknown)
        text = f"{names} are not valid roles for node in environment {cluster['id']}"
        raise Refusal(400, text)


def _rename(master: Master, node: Row, hostname: str) -> None:
    if node["status"] != "discover":
        raise Refusal(400, "Node hostname cannot be changed after provisioning.", plain=True)
    if any(other["hostname"] == hostname for other in master.all("nodes") if other is not node):
        raise Refusal(409, f"Hostname '{hostname}' already used.")
    node["hostname"] = node["fqdn"] = hostname
