"""Says in words where a host is on its way, by what Fuel knows of it."""

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
    """Ask Fuel, and give a sentence about where the host is now."""
    node = fuel.node_with_macs(record.macs)
    if node is None:
        return f"Fuel does not know {record.host} now: it was removed and not discovered since."
    if node.environment_id is None:
        return f"It is discovered in Fuel as node {node.id} and belongs to no environment."
    environment = fuel.environment(node.environment_id).name
    return f"It is node {node.id} of environment {environment} in Fuel: {state_of(node)}."


def state_of(node: Node) -> str:
    """Return how a node of an environment is."""
    if node.pending_deletion:
        return "marked for removal, which happens when the environment's changes are deployed"
    if node.status == "ready":
        return "deployed"
    if node.status == "error":
        return FAILED.get(node.error_type or "", "in error")
    return STATES.get(node.status, node.status)


def in_progress(cloud: Cloud) -> list[Reassignment]:
    """Return the newest route of each such host, from or to this cloud; with ``place`` it says
    where the host was when Fuel was last asked."""
    reassignments = Reassignment.objects.filter(Q(source=cloud) | Q(destination=cloud))
    newest: dict[tuple[str, ...], Reassignment] = {}
    for route in reassignments.select_related("job"):
        newest.setdefault(tuple(route.macs), route)
    return [
        route for route in newest.values() if route.is_removed and route.job.state != JobState.DONE
    ]
