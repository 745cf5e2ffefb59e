"""A driver that kills itself with SIGKILL at a chosen moment of a reassignment: python -m … JOB N.

What it patches is only the moment of its death; everything before that is done for real.
"""

import os
import signal
import sys
from typing import Any

import django

os.environ["DJANGO_SETTINGS_MODULE"] = "dashboard.settings"
django.setup()

from dashboard.clients.fuel import FuelMaster  # noqa: E402
from dashboard.clients.ipmi import Bmc  # noqa: E402
from dashboard.clients.openstack import Cloud  # noqa: E402
from dashboard.hosts_app.evacuation import steps as evacuation  # noqa: E402
from dashboard.hosts_app.evacuation.server_moves import ServerMove  # noqa: E402
from dashboard.hosts_app.reassignment import discovery, probe_server, proof  # noqa: E402
from dashboard.jobs.driving import drive  # noqa: E402


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def before(owner: Any, name: str) -> None:
    """Die instead of a call."""
    setattr(owner, name, die)


def after(owner: Any, name: str, *, when: str = "") -> None:
    """Die after a call, if one of its arguments has that in it."""
    call = getattr(owner, name)

    def patched(*arguments: Any, **options: Any) -> Any:
        answer = call(*arguments, **options)
        if when in str(arguments):
            die()
        return answer

    setattr(owner, name, patched)


# in the order in which a reassignment comes to them; each dies in its step
MOMENTS: dict[str, tuple[Any, ...]] = {
    "after the host was closed": (after, evacuation, "close_host"),
    "after Nova was asked to move a server": (after, ServerMove, "_act"),
    "after the host was seen to be empty": (before, evacuation, "look_at_hosts"),
    "between unassigning the node and ordering its removal": (after, FuelMaster, "unassign"),
    "between ordering its removal and noting that": (after, FuelMaster, "deploy_changes"),
    "while Fuel removes it": (before, FuelMaster, "wait_for_task"),
    "after its switch port was moved": (after, discovery, "move_port"),
    "between choosing the network as boot device and the power": (
        after,
        Bmc,
        "boot_from_network",
    ),
    "after nova-compute was deleted": (after, Cloud, "delete", "/os-services/"),
    "while Fuel has not discovered it": (before, discovery, "wait_for"),
    "between assigning it and laying it out": (after, FuelMaster, "assign"),
    "between ordering its installation and noting that": (after, FuelMaster, "provision"),
    "between ordering its deployment and noting that": (after, FuelMaster, "deploy"),
    "while it joins its cloud": (before, proof, "wait_for"),
    "after the small server was booted": (before, probe_server, "_await_active"),
    "after all of it": (before, proof, "look_at_hosts"),
}


def arm(moment: str) -> None:
    """Let this process die at that moment."""
    how, owner, name, *when = MOMENTS[moment]
    how(owner, name, **({"when": when[0]} if when else {}))


if __name__ == "__main__":
    arm(sys.argv[2])
    drive(int(sys.argv[1]))
