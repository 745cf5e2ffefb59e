"""Commands that apply Fuel's actions to the lab: a nova-compute comes or goes with a node.

A command runs in parallel to the server; its task waits for it.
"""

import subprocess

from lab.fuel.master import Master, Row
from lab.places import REPOSITORY

DONE, PENDING = "done", "pending"

_running: dict[tuple[str, str, int], subprocess.Popen[bytes]] = {}


def run(master: Master, event: str, node: Row, cluster: Row) -> str:
    """Start the command of an event or poll it. Return DONE, PENDING or an error message.

    In the command, {cloud} is the lab's cloud in the environment and {host} the node's name.
    """
    template = master.hooks.get(event)
    cloud = cluster["_facts"].get("cloud")
    if not template or not cloud:
        return DONE
    key = (str(master.path), event, node["id"])
    if key not in _running:
        values = {"cloud": cloud, "host": node["fqdn"], "machine": node["_machine"]}
        command = [part.format(**values) for part in template]
        with master.path.with_name("hooks.log").open("ab") as output:
            _running[key] = subprocess.Popen(
                command, cwd=REPOSITORY, stdout=output, stderr=output, stdin=subprocess.DEVNULL
            )
    status = _running[key].poll()
    if status is None:
        return PENDING
    del _running[key]
    return DONE if status == 0 else f"Node '{node['name']}' failed: a task exited with {status}"
