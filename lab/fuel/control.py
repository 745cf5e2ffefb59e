"""The stand-in's own switches, besides Fuel's API: simulated faults, and machines that boot.

The same words on the command line and below /control on the server's address:
``fail/removal``, ``fail/provision``, ``fail/deploy``, ``fail/discovery``,
``fail/health/<environment>``, ``busy/<environment>``,
``pxe/<machine>``, ``logout``, ``status``; ``restore`` ends all faults, ``restore/busy`` one.
"""

from lab.fuel import orders, tasks
from lab.fuel.login import Login
from lab.fuel.master import Master, Row
from lab.fuel.refusal import Refusal


def control(master: Master, login: Login, words: list[str]) -> Row:
    """Execute a command and return the state of the switches. Raises Refusal if it is unknown."""
    match words:
        case ["status"]:
            pass
        case ["fail", ("removal" | "provision" | "deploy") as order]:
            setattr(master.switches, order, getattr(master.switches, order) + 1)
        case ["fail", "discovery"]:
            master.switches.discovery = False
        case ["fail", "health", name]:
            _cluster_id(master, name)
            master.switches.health.append(name)
        case ["busy", name]:
            orders.keep_busy(master, _cluster_id(master, name))
        case ["restore", *which]:
            _restore(master, which)
        case ["pxe", name]:
            _boot(master, name)
        case ["logout"]:
            login.tokens.clear()
        case _:
            raise Refusal(404, f"unknown command: {' '.join(words)}")
    return _status(master)


def _cluster_id(master: Master, name: str) -> int:
    for cluster in master.all("clusters"):
        if name in (cluster["name"], str(cluster["id"])):
            return int(cluster["id"])
    raise Refusal(404, f"no environment {name}")


def _restore(master: Master, which: list[str]) -> None:
    """End the named faults, or all of them."""
    chosen = set(which or ("busy", "deploy", "discovery", "health", "provision", "removal"))
    if "busy" in chosen:
        orders.end_stuck(master)
    if "discovery" in chosen:
        master.switches.discovery = True
    if "health" in chosen:
        master.switches.health.clear()
    for name in chosen & {"deploy", "provision", "removal"}:
        setattr(master.switches, name, 0)


def _boot(master: Master, name: str) -> None:
    if name not in master.machines:
        raise Refusal(404, f"no machine {name}; there are {', '.join(master.machines)}")
    tasks.boot_from_network(master, name)


def _status(master: Master) -> Row:
    return {
        "switches": vars(master.switches),
        "environments": {one["name"]: one["status"] for one in master.all("clusters")},
        "nodes": [
            {key: node[key] for key in ("id", "fqdn", "cluster", "status")}
            | {"machine": node["_machine"]}
            for node in master.all("nodes")
        ],
        "running": [
            {key: task[key] for key in ("id", "name", "cluster", "progress")}
            for task in master.all("tasks")
            if orders.is_running(task) and task["parent_id"] is None
        ],
    }
