"""Describes where a host is during a reassignment, by what Fuel knows of it."""

from django.db.models import Q

from dashboard.clients.fuel.master import FuelMaster
from dashboard.clients.fuel.objects import Node
from dashboard.hosts_app.models import Cloud, Reassignment
from dashboard.jobs.states import JobState

FAILED = {
    "provision": "the installation of its operating system failed",
    "deploy": "the deployment of OpenStack on it failed",
    "deletion": "its removal failed",
}
STATES = {
    "discover": "assigned to it, and not installed yet",
    "provisioning": "its operating system is being installed",
    "provisioned": "its operating system is installed, and OpenStack is not",
    "deploying": "OpenStack is being deployed on it",
    "removing": "it is being removed",
    "stopped": "its deployment was stopped",
}


def location_of(fuel: FuelMaster, record: Reassignment) -> str:
    """Ask Fuel, and return a sentence about where the host is now."""
    node = fuel.node_with_macs(record.macs)
    if node is None:
        return (
            f"Fuel does not know {record.host}: it was removed and has not been discovered since."
        )
    if node.environment_id is None:
        return f"Fuel has discovered it as node {node.id}, which is in no environment."
    environment = fuel.environment(node.environment_id).name
    state = state_of(node, leaves=node.environment_id == record.source_environment)
    return f"It is node {node.id} of environment {environment} in Fuel: {state}."


def state_of(node: Node, *, leaves: bool = False) -> str:
    """Return the state of an environment's node, in words.

    ``leaves`` says that it is to leave this environment. Fuel names no phase after a failed
    removal, nor after some other failures.
    """
    return f"{_phase_of(node, leaves=leaves)}{'' if node.online else ', and it is offline'}"


def _phase_of(node: Node, *, leaves: bool) -> str:
    if node.pending_deletion:
        return "marked for removal, which deploying the environment's changes carries out"
    if node.status == "ready":
        return "deployed"
    if node.status == "error":
        nameless = FAILED["deletion"] if leaves else "in error, and Fuel does not name the phase"
        return FAILED.get(node.error_type or "", nameless)
    return STATES.get(node.status, node.status)


def in_progress(cloud: Cloud) -> list[Reassignment]:
    """Return the newest reassignment of each host that has left or is to join this cloud.

    Its ``location`` says where the host was when Fuel was last asked.
    """
    reassignments = Reassignment.objects.filter(Q(source=cloud) | Q(destination=cloud))
    newest: dict[tuple[str, ...], Reassignment] = {}
    for reassignment in reassignments.select_related("job"):
        newest.setdefault(tuple(reassignment.macs), reassignment)
    return [
        reassignment
        for reassignment in newest.values()
        if reassignment.is_removed and reassignment.job.state != JobState.DONE
    ]
