"""Starts tasks, as Fuel does: only one at a time per environment."""

from lab.fuel.master import Master, Row, new_uuid
from lab.fuel.refusal import Refusal

# A phase is the work of a subtask; Fuel runs those of a task in this order.
DELETION, PROVISION, DEPLOYMENT = "node_deletion", "provision", "deployment"
STOP = "stop_deployment"

# What Nailgun answers to an order while another task runs in the environment.
BUSY = Refusal(
    400, "Cannot perform the actions because there are another running tasks.", plain=True
)
BUSY_PROVISION = Refusal(400, "A task is already running.")
BUSY_DEPLOY = Refusal(409, "Deployment already started")


def deploy_changes(master: Master, cluster_id: int) -> Row:
    """Deploy all pending changes: remove nodes, provision new ones, deploy the environment."""
    _refuse_while_busy(master, cluster_id, BUSY)
    nodes = master.nodes_of(cluster_id)
    leaving = [node for node in nodes if node["pending_deletion"]]
    coming = [node for node in nodes if _needs_provision(node) and node not in leaving]
    staying = [node for node in nodes if node not in leaving]
    phases = [(DELETION, leaving), (PROVISION, coming), (DEPLOYMENT, staying)]
    for node in coming:
        node |= {"roles": node["roles"] + node["pending_roles"], "pending_roles": []}
    return _start(master, cluster_id, "deploy", phases=phases)


def provision(master: Master, cluster_id: int, node_ids: list[int]) -> Row:
    """Install the operating system on some nodes."""
    _refuse_while_busy(master, cluster_id, BUSY_PROVISION)
    return _start(
        master, cluster_id, PROVISION, phases=[(PROVISION, _own(master, cluster_id, node_ids))]
    )


def deploy(master: Master, cluster_id: int, node_ids: list[int]) -> Row:
    """Deploy some nodes. Nailgun does not check whether they were provisioned, or are its own."""
    _refuse_while_busy(master, cluster_id, BUSY_DEPLOY)
    nodes = [master.row("nodes", identity) for identity in node_ids]
    return _start(master, cluster_id, "deploy", phases=[(DEPLOYMENT, nodes)])


def delete_node(master: Master, node_id: int) -> Row:
    """Delete the record of a node: as in Fuel, its machine is neither erased nor rebooted."""
    node = master.row("nodes", node_id)
    node["pending_deletion"] = True
    return _start(master, node["cluster"], DELETION, phases=[(DELETION, [node])])


def delete_environment(master: Master, cluster_id: int) -> Row:
    """Delete an environment with all its nodes."""
    text = f"Can't delete environment '{cluster_id}' when running deployment task exists"
    _refuse_while_busy(master, cluster_id, Refusal(400, text))
    master.row("clusters", cluster_id)["status"] = "remove"
    phases = [(DELETION, master.nodes_of(cluster_id))]
    return _start(master, cluster_id, "cluster_deletion", phases=phases)


def verify_networks(master: Master, cluster_id: int) -> Row:
    """Verify the networks, which always succeeds here."""
    return _start(master, cluster_id, "verify_networks", phases=[])


def stop(master: Master, cluster_id: int) -> Row:
    """Stop an environment's running tasks: they stay where they are until the stop has ended."""
    master.row("clusters", cluster_id)
    running = [task for task in master.all("tasks") if task["cluster"] == cluster_id]
    stopped = [task["id"] for task in running if is_running(task) and task["name"] != STOP]
    for identity in stopped:
        master.row("tasks", identity)["_stuck"] = True
    task = _start(master, cluster_id, STOP, phases=[])
    task["_stops"] = stopped
    return task


def end_stopped(master: Master, task: Row) -> None:
    """Delete the tasks that a stop has ended, and give their nodes back what was pending."""
    for identity in task["_stops"]:
        master.rows["tasks"].pop(identity, None)
    for node in master.nodes_of(task["cluster"]):
        if node["status"] not in ("provisioning", "deploying"):
            continue
        node |= {
            "status": "discover" if node["status"] == "provisioning" else "stopped",
            "progress": 0,
        }
        if node["_deployed_in"] != node["cluster"]:
            roles = [*node["roles"], *node["pending_roles"]]
            node |= {"pending_addition": True, "pending_roles": roles, "roles": []}


def is_running(task: Row) -> bool:
    """Return whether a task has not ended."""
    return task["status"] in ("pending", "running")


def keep_busy(master: Master, cluster_id: int) -> Row:
    """Start a task that does not end before ``end_stuck``."""
    task = _start(master, cluster_id, "deploy", phases=[])
    task |= {"status": "running", "_stuck": True}
    return task


def end_stuck(master: Master) -> None:
    """End the tasks that ``keep_busy`` started."""
    for task in master.all("tasks"):
        task.pop("_stuck", None)


def add_task(master: Master, cluster_id: int | None, name: str, *, parent: int | None) -> Row:
    """Add a task that has not started."""
    return master.add(
        "tasks",
        {
            "cluster": cluster_id,
            "dry_run": False,
            "graph_type": "default" if name == DEPLOYMENT else None,
            "message": None,
            "name": name,
            "parent_id": parent,
            "progress": 0,
            "result": {},
            "status": "pending",
            "time_end": None,
            "time_start": None,
            "uuid": new_uuid(),
        },
    )


def _start(
    master: Master, cluster_id: int | None, name: str, *, phases: list[tuple[str, list[Row]]]
) -> Row:
    """Add a task; its subtasks appear when it is first read, as on a real master."""
    task = add_task(master, cluster_id, name, parent=None)
    task["_phases"] = [
        {"name": phase, "nodes": [node["id"] for node in nodes], "step": 0}
        for phase, nodes in phases
        if nodes
    ]
    return task


def refuse_network_changes(master: Master, cluster_id: int) -> None:
    """Raise Refusal while a deployment runs."""
    text = "Network configuration cannot be changed during deployment and after upgrade."
    _refuse_while_busy(master, cluster_id, Refusal(403, text))


def _refuse_while_busy(master: Master, cluster_id: int, refusal: Refusal) -> None:
    master.row("clusters", cluster_id)
    if any(task["cluster"] == cluster_id and is_running(task) for task in master.all("tasks")):
        raise refusal


def _own(master: Master, cluster_id: int, node_ids: list[int]) -> list[Row]:
    nodes = [master.row("nodes", identity) for identity in node_ids]
    if foreign := [node["id"] for node in nodes if node["cluster"] != cluster_id]:
        names = ", ".join(str(identity) for identity in foreign)
        raise Refusal(400, f"Nodes {names} do not belong to cluster {cluster_id}")
    return nodes


def _needs_provision(node: Row) -> bool:
    failed = node["status"] == "error" and node["error_type"] == "provision"
    return bool(node["pending_addition"] or failed)
