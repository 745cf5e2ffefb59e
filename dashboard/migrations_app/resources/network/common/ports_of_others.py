"""Which port of somebody else is on a network or subnet of the destination."""

from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.work import Work

# Neutron makes and removes these by itself
_OF_NEUTRON = ("network:dhcp", "network:distributed", "network:metadata")
_OWNERS = (("router", "network:"), ("floating_ip", "network:floatingip"), ("server", "compute:"))


def port_of_others(work: Work, *, of_group: str = "", **query: Any) -> str:
    """Return in words a port that the query finds and this plan did not make, "" without one.

    With ``of_group``, only a port that has that security group.
    """
    for port in work.destination.list("network", "/ports", "ports", **query):
        has_group = not of_group or of_group in port["security_groups"]
        if has_group and not _is_ours(work, port):
            relation = "has it" if of_group else "is on it"
            return f"port {port['id']} of project {port['project_id'] or '?'} {relation}"
    return ""


def _is_ours(work: Work, port: Json) -> bool:
    owner = str(port["device_owner"])
    if owner in _OF_NEUTRON or work.is_ours("port", port["id"]):
        return True
    kinds = (kind for kind, prefix in _OWNERS if owner.startswith(prefix))
    return any(work.is_ours(kind, port["device_id"]) for kind in kinds)
