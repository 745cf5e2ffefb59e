"""What the tenant has on its networks where Neutron has the extensions for it."""

from typing import Any

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded


def seed(seeded: Seeded) -> None:
    """Make an object of each extension of the release."""
    for alias, make in _MAKING.items():
        if alias in seeded.cloud.release.extensions:
            make(seeded)


def _make(seeded: Seeded, name: str, path: str, singular: str, /, **body: Any) -> Json:
    return seeded.make(name, "network", path, singular, body)


def _make_trunk(seeded: Seeded) -> None:
    """Make a trunk on the second server's port, with two sub-ports."""
    net, prefix = {"network_id": seeded.id("plain")}, seeded.name
    sub_ports = []
    for number in (7, 8):
        port = _make(seeded, f"vlan-{number}", "/ports", "port", **net, name=f"{prefix}-{number}")
        sub_ports.append(
            {"port_id": port["id"], "segmentation_type": "vlan", "segmentation_id": number}
        )
    body = {"name": f"{prefix}-trunk", "description": "to the tills", "sub_ports": sub_ports}
    trunk = _make(seeded, "trunk", "/trunks", "trunk", **body, port_id=seeded.id("port-2"))
    path = f"/trunks/{trunk['id']}"
    seeded.owner.put("network", path, {"trunk": {"admin_state_up": False}})
    seeded.owner.put("network", f"{path}/tags", {"tags": ["tills"]})


def _make_forwardings(seeded: Seeded) -> None:
    """Make a floating IP of which a port, and a range of them, lead to the second server."""
    public = next(seeded.operator.list("network", "/networks", "networks", name="public"))
    gate = _make(seeded, "gate", "/floatingips", "floatingip", floating_network_id=public["id"])
    path, to = f"/floatingips/{gate['id']}/port_forwardings", seeded.made["port-2"]
    led = {"internal_port_id": to["id"], "internal_ip_address": to["fixed_ips"][0]["ip_address"]}
    ports = {"external_port": 2222, "internal_port": 22, "protocol": "tcp", "description": "ssh"}
    ranges = {"external_port_range": "8000:8009", "internal_port_range": "80:89"}
    for number, fields in enumerate((ports, {**ranges, "protocol": "udp"})):
        _make(seeded, f"forwarding-{number}", path, "port_forwarding", **led, **fields)


def _make_label(seeded: Seeded) -> None:
    """Make what only an administrator can, and what is not migrated."""
    body = {"name": f"{seeded.name}-label", "project_id": seeded.project_id}
    path = "/metering/metering-labels"
    seeded.made_by(seeded.operator, "label", "network", path, "metering_label", body)


def _make_router(seeded: Seeded) -> None:
    """Make a router of a kind that only an administrator can ask for."""
    extensions = seeded.cloud.release.extensions
    bfd = {"enable_default_route_bfd": True} if "enable-default-route-bfd" in extensions else {}
    body = {"name": f"{seeded.name}-inner", "project_id": seeded.project_id, **bfd}
    body |= {"ha": True, "distributed": True, "availability_zone_hints": ["nova"]}
    seeded.made_by(seeded.operator, "inner", "network", "/routers", "router", body)


def _add_gateways(seeded: Seeded) -> None:
    """Lead that router outside twice."""
    public = next(seeded.operator.list("network", "/networks", "networks", name="public"))
    body = {"router": {"external_gateways": [{"network_id": public["id"]}] * 2}}
    path = f"/routers/{seeded.id('inner')}/add_external_gateways"
    seeded.operator.put("network", path, body)


def _make_helper(seeded: Seeded) -> None:
    path = f"/routers/{seeded.id('inner')}/conntrack_helpers"
    _make(seeded, "ftp", path, "conntrack_helper", protocol="tcp", port=21, helper="ftp")


_MAKING = {
    "l3-ha": _make_router,
    "external-gateway-multihoming": _add_gateways,
    "l3-conntrack-helper": _make_helper,
    "trunk": _make_trunk,
    "floating-ip-port-forwarding": _make_forwardings,
    "metering": _make_label,
}
