"""The API of nodes and tasks."""

from lab.fuel import assignment, interfaces, orders
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal
from lab.fuel.routing import ACCEPTED, NO_CONTENT, Call, route


def node_of(master: Master, call: Call) -> Row:
    """Return the node that a path starts with. Raises Refusal 404."""
    return master.row("nodes", call.ids[0])


@route("GET", "nodes")
def list_nodes(master: Master, call: Call) -> list[Row]:
    """List nodes: all, those of ?cluster_id=1, or the free ones with ?cluster_id=."""
    chosen = call.query.get("cluster_id")
    if chosen is None:
        return master.all("nodes")
    return master.nodes_of(int(chosen) if chosen else None)


@route("GET", "nodes/allocation/stats")
def count_nodes(master: Master, call: Call) -> Row:
    """Count all nodes and the free ones."""
    nodes = master.all("nodes")
    return {"total": len(nodes), "unallocated": sum(node["cluster"] is None for node in nodes)}


@route("GET", "nodes/#")
def show_node(master: Master, call: Call) -> Row:
    """Show a node."""
    return node_of(master, call)


@route("PUT", "nodes/#")
def change_node(master: Master, call: Call) -> Row:
    """Change a node's names or labels."""
    return assignment.change_node(master, call.ids[0], call.body)


@route("DELETE", "nodes/#", status=ACCEPTED)
def delete_node(master: Master, call: Call) -> Row:
    """Start deleting the record of a node."""
    return orders.delete_node(master, call.ids[0])


@route("GET", "nodes/#/interfaces")
def list_interfaces(master: Master, call: Call) -> list[Row]:
    """List a node's interfaces."""
    found: list[Row] = node_of(master, call)["_interfaces"]
    return found


@route("PUT", "nodes/#/interfaces")
def change_interfaces(master: Master, call: Call) -> list[Row]:
    """Change a node's interfaces."""
    return interfaces.change(master, node_of(master, call), call.body)


@route("PUT", "nodes/interfaces")
def change_many_interfaces(master: Master, call: Call) -> list[Row]:
    """Change the interfaces of several nodes."""
    for one in call.body:
        interfaces.change(master, master.row("nodes", one["id"]), one["interfaces"])
    changed = (master.row("nodes", one["id"]) for one in call.body)
    return [{"id": node["id"], "interfaces": node["_interfaces"]} for node in changed]


@route("GET", "nodes/#/disks")
def list_disks(master: Master, call: Call) -> list[Row]:
    """List a node's disks."""
    disks: list[Row] = node_of(master, call)["_disks"]
    return disks


@route("PUT", "nodes/#/disks")
def change_disks(master: Master, call: Call) -> list[Row]:
    """Change the volumes on a node's disks."""
    node = node_of(master, call)
    for disk in call.body:
        if sum(volume["size"] for volume in disk["volumes"]) > disk["size"]:
            raise Refusal(400, f"Not enough free space on disk: {disk['id']}")
    wanted = {disk["id"]: disk["volumes"] for disk in call.body}
    for disk in node["_disks"]:
        disk["volumes"] = wanted.get(disk["id"], disk["volumes"])
    disks: list[Row] = node["_disks"]
    return disks


@route("GET", "tasks|transactions")
def list_tasks(master: Master, call: Call) -> list[Row]:
    """List all tasks, or those of ?cluster_id=1."""
    chosen = call.query.get("cluster_id")
    tasks = master.all("tasks")
    return [task for task in tasks if chosen is None or task["cluster"] == int(chosen)]


@route("GET", "(?:tasks|transactions)/#")
def show_task(master: Master, call: Call) -> Row:
    """Show a task."""
    return master.row("tasks", call.ids[0])


@route("DELETE", "tasks/#", status=NO_CONTENT)
def delete_task(master: Master, call: Call) -> None:
    """Delete a finished task."""
    if orders.is_running(master.row("tasks", call.ids[0])):
        raise Refusal(400, "You cannot delete running task manually")
    del master.rows["tasks"][call.ids[0]]
