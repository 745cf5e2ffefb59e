"""Starts tasks, as Fuel does: only one at a time per environment."""

from lab.fuel.master import Master, Row, new_uuid
from lab.fuel.refusal import Refusal

# A phase is the work of a subtask; Fuel runs those of a task in this order.
DELETION, PROVISION, DEPLOYMENT = "node_deletion", "provision", "deployment"


def deploy_changes(master: Master, cluster_id: int) -> Row:
    """Deploy all pending changes: remove nodes, provision new ones, deploy the environment."""
    _refuse_while_busy(master, cluster_id)
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
    _refuse_while_busy(master, cluster_id)
    return _start(
        master, cluster_id, PROVISION, phases=[(PROVISION, _own(master, cluster_id, node_ids))]
    )


def deploy(master: Master, cluster_id: int, node_ids: list[int]) -> Row:
    """Deploy some nodes, which must have been provisioned."""
    _refuse_while_busy(master, cluster_id)
    nodes = _own(master, cluster_id, node_ids)
    if bare := [node["id"] for node in nodes if not _can_be_deployed(node)]:
        names = ", ".join(str(identity) for identity in bare)
        raise Refusal(
            400,
            f"Deployment operation cannot be started. Nodes with uids [{names}] are not "
            "provisioned yet.",
            plain=True,
        )
    return _start(master, cluster_id, "deploy", phases=[(DEPLOYMENT, nodes)])


def delete_node(master: Master, node_id: int) -> Row:
    """Delete the record of a node: as in Fuel, its machine is neither erased nor rebooted."""
    node = master.row("nodes", node_id)
    node["pending_deletion"] = True
    return _start(master, node["cluster"], DELETION, phases=[(DELETION, [node])])


def delete_environment(master: Master, cluster_id: int) -> Row:
    """Delete an environment with all its nodes."""
    _refuse_while_busy(master, cluster_id)
    master.row("clusters", cluster_id)["status"] = "remove"
    phases = [(DELETION, master.nodes_of(cluster_id))]
    return _start(master, cluster_id, "cluster_deletion", phases=phases)


def verify_networks(master: Master, cluster_id: int) -> Row:
    """Verify the networks, which always succeeds here."""
    return _start(master, cluster_id, "verify_networks", phases=[])


def stop(master: Master, cluster_id: int) -> Row:
    """Stop an environment's running tasks: they end in error, and its nodes are stopped."""
    master.row("clusters", cluster_id)
    for task in master.all("tasks"):
        if task["cluster"] == cluster_id and is_running(task):
            task |= {"status": "error", "progress": 100, "message": "Stopped by the operator"}
    for node in master.nodes_of(cluster_id):
        if node["status"] in ("provisioning", "deploying"):
            node["status"] = "stopped"
    return _start(master, cluster_id, "stop_deployment", phases=[])


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


def _refuse_while_busy(master: Master, cluster_id: int) -> None:
    master.row("clusters", cluster_id)
    for task in master.all("tasks"):
        if task["cluster"] == cluster_id and is_running(task):
            text = "Cannot perform the actions because there are another running tasks."
            raise Refusal(400, text, plain=True)


def _own(master: Master, cluster_id: int, node_ids: list[int]) -> list[Row]:
    nodes = [master.row("nodes", identity) for identity in node_ids]
    if foreign := [node["id"] for node in nodes if node["cluster"] != cluster_id]:
        names = ", ".join(str(identity) for identity in foreign)
        raise Refusal(400, f"Nodes {names} do not belong to environment {cluster_id}")
    return nodes


def _needs_provision(node: Row) -> bool:
    failed = node["status"] == "error" and node["error_type"] == "provision"
    return bool(node["pending_addition"] or failed)


def _can_be_deployed(node: Row) -> bool:
    return node["status"] in ("provisioned", "ready", "stopped") or node["error_type"] == "deploy"
