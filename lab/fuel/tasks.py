"""Runs tasks step by step: what Fuel's Astute would do to the machines.

A task runs its phases. A phase takes a few steps, each of which updates the progress. Its effect
follows at its end: nodes leave, are provisioned or are deployed.
"""

from lab.fuel import hardware, hooks, networks, orders
from lab.fuel.master import Master, Row, timestamp

# Progress by step. It goes down once, as if a second node started after the first one is done.
STEPS = {
    orders.DELETION: (50, 100),
    orders.PROVISION: (7, 60, 95, 76, 100),
    orders.DEPLOYMENT: (1, 71, 90, 100),
}
STEPS_TO_DISCOVERY = 3
# Nailgun names no phase after a failed removal.
ERROR_TYPES = {
    orders.DELETION: None,
    orders.PROVISION: "provision",
    orders.DEPLOYMENT: "deploy",
}
SHARE = {orders.DELETION: 0.1, orders.PROVISION: 0.3, orders.DEPLOYMENT: 1.0}


def advance(master: Master) -> None:
    """Advance every task by one step, and every machine that boots from the network."""
    for machine in master.machines.values():
        _advance_discovery(master, machine)
    for task in master.all("tasks"):
        if task["parent_id"] is None and orders.is_running(task):
            _advance(master, task)


def are_under_way(master: Master) -> bool:
    """Return whether there is anything to advance."""
    booting = any(each["discover_in"] is not None for each in master.machines.values())
    return booting or any(orders.is_running(task) for task in master.all("tasks"))


def boot_from_network(master: Master, name: str) -> bool:
    """Discover a machine after a few steps. Return False if it already is a node.

    Raises KeyError for an unknown machine.
    """
    machine = master.machines[name]
    if any(node["_machine"] == name for node in master.all("nodes")):
        return False
    machine["discover_in"] = STEPS_TO_DISCOVERY
    return True


def _advance_discovery(master: Master, machine: Row) -> None:
    if machine["discover_in"] is None or not master.switches.discovery:
        return
    machine["discover_in"] -= 1
    if machine["discover_in"] <= 0:
        machine["discover_in"] = None
        hardware.discover(master, machine)


def _advance(master: Master, task: Row) -> None:
    if task.get("_stuck"):
        return
    if task["status"] == "pending":
        _begin(master, task)
    elif phase := _current_phase(task):
        _work_on(master, task, phase)
    else:
        _finish(master, task)


def _begin(master: Master, task: Row) -> None:
    task |= {"status": "running", "time_start": timestamp()}
    for phase in task["_phases"]:
        alone = task["name"] in (orders.PROVISION, orders.DELETION)
        child = task if alone else _child(master, task, phase["name"])
        phase["task"] = child["id"]
    if any(phase["name"] != orders.DELETION for phase in task["_phases"]):
        master.row("clusters", task["cluster"])["status"] = "deployment"


def _child(master: Master, task: Row, name: str) -> Row:
    return orders.add_task(master, task["cluster"], name, parent=task["id"])


def _current_phase(task: Row) -> Row | None:
    phases = (phase for phase in task["_phases"] if phase["step"] < len(STEPS[phase["name"]]))
    return next(phases, None)


def _work_on(master: Master, task: Row, phase: Row) -> None:
    progress = STEPS[phase["name"]][phase["step"]]
    nodes = [master.rows["nodes"][one] for one in phase["nodes"] if one in master.rows["nodes"]]
    child = master.row("tasks", phase["task"])
    child |= {"status": "running", "time_start": child["time_start"] or timestamp()}
    if progress == 100:
        outcome = _effect(master, task, phase["name"], nodes)
        if outcome != hooks.PENDING:
            _conclude(master, task, phase, nodes, outcome)
        return
    child["progress"] = progress
    _show_on_nodes(phase["name"], nodes, progress)
    _go_on(task, phase, child, progress)


def _conclude(master: Master, task: Row, phase: Row, nodes: list[Row], outcome: str) -> None:
    if outcome != hooks.DONE:
        _fail(master, task, phase, nodes, outcome)
        return
    child = master.row("tasks", phase["task"])
    text = _done_text(master, task, phase, nodes)
    if child is task:  # ends when the environment is idle
        task["message"] = text
    else:
        _end(child, "ready", text)
    _go_on(task, phase, child, 100)


def _go_on(task: Row, phase: Row, child: Row, progress: int) -> None:
    task["progress"] = progress if child is task else round(progress * SHARE[phase["name"]])
    phase["step"] += 1


def _show_on_nodes(phase: str, nodes: list[Row], progress: int) -> None:
    status = {orders.PROVISION: "provisioning", orders.DEPLOYMENT: "deploying"}.get(phase)
    for node in nodes if status else ():
        node |= {"status": status, "progress": progress, "pending_addition": False}


def _effect(master: Master, task: Row, phase: str, nodes: list[Row]) -> str:
    """Apply a phase. Return hooks.DONE, hooks.PENDING while a hook runs, or why it failed."""
    if phase == orders.DELETION:
        return _remove(master, nodes, erased=task["name"] != orders.DELETION)
    if phase == orders.PROVISION:
        return _provision(master, nodes)
    return _deploy(master, task, nodes)


def _remove(master: Master, nodes: list[Row], *, erased: bool) -> str:
    """Remove the nodes; erase their machines unless only Fuel's records are deleted."""
    if erased and master.switches.removal:
        master.switches.removal -= 1
        return f"Failed to remove {len(nodes)} node(s)"
    # As in Fuel, a node that does not answer is taken off the list, and keeps its disks.
    for node in nodes if erased else ():
        if node["_deployed_in"] is not None and node["online"]:
            cluster = master.row("clusters", node["_deployed_in"])
            outcome = hooks.run(master, "removed", node, cluster)
            if outcome != hooks.DONE:
                return outcome
            node["_deployed_in"] = None
    for node in nodes:
        del master.rows["nodes"][node["id"]]
    return hooks.DONE


def _provision(master: Master, nodes: list[Row]) -> str:
    if master.switches.provision:
        master.switches.provision -= 1
        names = ", ".join(f"'{node['name']}'" for node in nodes)
        return f"Provision has failed. Check these nodes:\n{names}"
    if silent := [str(node["id"]) for node in nodes if not node["online"]]:
        return f"Timeout of provisioning is exceeded. Nodes not booted: {silent}"
    for node in nodes:
        node |= {"status": "provisioned", "progress": 100, "pending_addition": False}
        if node["hostname"] == f"node-{node['id']}":
            # The lab's machines keep their names, as if Fuel got them from a name server.
            node["hostname"] = node["fqdn"] = node["_machine"]
    return hooks.DONE


def _deploy(master: Master, task: Row, nodes: list[Row]) -> str:
    cluster = master.row("clusters", task["cluster"])
    silent = [node for node in nodes if not node["online"]]
    if master.switches.deploy or silent:
        master.switches.deploy = max(0, master.switches.deploy - 1)
        names = ", ".join(f"'{node['name']}'" for node in silent or nodes)
        return f"Deployment has failed. Check these nodes:\n{names}"
    for node in nodes:
        is_compute = "compute" in [*node["roles"], *node["pending_roles"]]
        if is_compute and node["_deployed_in"] != cluster["id"]:
            outcome = hooks.run(master, "deployed", node, cluster)
            if outcome != hooks.DONE:
                return outcome
        node["_deployed_in"] = cluster["id"]
    for node in nodes:
        node |= {
            "status": "ready",
            "progress": 100,
            "roles": node["roles"] + node["pending_roles"],
            "pending_roles": [],
        }
        networks.describe_networks(cluster, node, with_addresses=True)
    return hooks.DONE


def _done_text(master: Master, task: Row, phase: Row, nodes: list[Row]) -> str:
    if phase["name"] == orders.DELETION:
        master.notify("done", f"Successfully removed {len(nodes)} node(s)")
        return f"Successfully removed {len(nodes)} node(s). No errors occurred"
    name = master.row("clusters", task["cluster"])["name"]
    if phase["name"] == orders.DEPLOYMENT:
        text = f"Deployment of environment '{name}' is done."
    elif task["name"] == orders.PROVISION:
        text = f"Provision of {len(nodes)} environment node(s) is done."
    else:
        return f"Provision of environment '{name}' is done."
    master.notify("done", text, cluster=task["cluster"])
    return text


def _fail(master: Master, task: Row, phase: Row, nodes: list[Row], reason: str) -> None:
    kind = ERROR_TYPES[phase["name"]]
    for node in nodes:
        node |= {"status": "error", "error_type": kind, "progress": 100}
        node["pending_deletion"] = False
    for other in master.all("tasks"):
        if other["parent_id"] == task["id"] and orders.is_running(other):
            _end(other, "error", reason if other["id"] == phase["task"] else "Task aborted")
    _end(task, "error", reason)
    master.row("clusters", task["cluster"])["status"] = "error"
    if kind == "deploy":
        for node in nodes:
            text = f"Failed to deploy node '{node['name']}': {reason}"
            master.notify("error", text, cluster=task["cluster"], node=node["id"])


def _finish(master: Master, task: Row) -> None:
    children = [child for child in master.all("tasks") if child["parent_id"] == task["id"]]
    messages = [child["message"] for child in children if child["message"]]
    if task["name"] == "cluster_deletion":
        name = master.rows["clusters"].pop(task["cluster"])["name"]
        master.notify("done", f"Environment '{name}' is deleted")
    elif task["name"] == orders.STOP:
        orders.end_stopped(master, task)
        if task["_stops"]:
            master.row("clusters", task["cluster"])["status"] = "stopped"
    elif task["cluster"] is not None:
        _settle(master, master.row("clusters", task["cluster"]))
    _end(task, "ready", "\n".join(messages) or task["message"])


def _settle(master: Master, cluster: Row) -> None:
    """Update an environment's status from its nodes."""
    nodes = master.nodes_of(cluster["id"])
    if not nodes or cluster["status"] == "new":
        cluster["status"] = "new"
    else:
        ready = all(node["status"] in ("ready", "discover") for node in nodes)
        cluster["status"] = "operational" if ready else "partially_deployed"
        cluster["changes"] = []


def _end(task: Row, status: str, message: str | None) -> None:
    task |= {"status": status, "progress": 100, "message": message, "time_end": timestamp()}
