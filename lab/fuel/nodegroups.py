"""Node groups: the default one of each environment, and added ones."""

from lab.fuel import networks
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal
from lab.fuel.routing import CREATED, Call, route


@route("GET", "nodegroups")
def list_nodegroups(master: Master, call: Call) -> list[Row]:
    """List the node groups of all environments, or of one."""
    chosen = call.query.get("cluster_id")
    clusters = master.all("clusters")
    return [
        _nodegroup(cluster, name)
        for cluster in clusters
        if not chosen or cluster["id"] == int(chosen)
        for name in _ids(cluster)
    ]


@route("POST", "nodegroups", status=CREATED)
def add_nodegroup(master: Master, call: Call) -> Row:
    """Add a node group to an environment, with its own networks."""
    cluster, name = master.row("clusters", call.body["cluster_id"]), call.body["name"]
    if name in _ids(cluster):
        text = f"Node group '{name}' already exists in environment {cluster['id']}."
        raise Refusal(403, text)
    group_id = master.next_id("nodegroups")
    cluster.setdefault("_groups", {})[name] = group_id
    own = networks.make_group_networks(master, number=group_id, group_id=group_id)
    cluster["_networks"]["networks"][-1:-1] = own  # the master's stays the last one
    return _nodegroup(cluster, name)


def _ids(cluster: Row) -> dict[str, int]:
    return {"default": cluster["_group_id"], **cluster.get("_groups", {})}


def _nodegroup(cluster: Row, name: str) -> Row:
    return {
        "id": _ids(cluster)[name],
        "name": name,
        "cluster_id": cluster["id"],
        "is_default": name == "default",
    }
