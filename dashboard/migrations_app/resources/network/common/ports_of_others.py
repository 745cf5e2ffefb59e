"""Which port of somebody else is on a network or subnet of the destination."""

from typing import Any

from dashboard.clients.openstack import Json
from dashboard.migrations_app.resources.work import Work

# Neutron makes and removes these by itself
_OF_NEUTRON = ("network:dhcp", "network:distributed", "network:metadata")
_OWNERS = (("router", "network:"), ("floating_ip", "network:floatingip"), ("server", "compute:"))


def port_of_others(work: Work, **query: Any) -> str:
    """Return in words a port that the query finds and this plan did not make, "" without one."""
    ports = work.destination.list("network", "/ports", "ports", **query)
    other = next((port for port in ports if not _is_ours(work, port)), None)
    return f"port {other['id']} of project {other['project_id'] or '?'} is on it" if other else ""


def _is_ours(work: Work, port: Json) -> bool:
    owner = str(port["device_owner"])
    if owner in _OF_NEUTRON or work.is_ours("port", port["id"]):
        return True
    kinds = (kind for kind, prefix in _OWNERS if owner.startswith(prefix))
    return any(work.is_ours(kind, port["device_id"]) for kind in kinds)
