"""Makes the gateway servers of a stretched network: first their ports, then what they run."""

import base64

from django.conf import settings

from dashboard import secrets
from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import StretchPart
from dashboard.migrations_app.stretch.encryption import key_of
from dashboard.migrations_app.stretch.filters import Serving
from dashboard.migrations_app.stretch.gateway import VXLAN_PORT, Gateway
from dashboard.migrations_app.stretch.gateway import user_data as user_data_of
from dashboard.migrations_app.stretch.parts import make, shown
from dashboard.migrations_app.stretch.sides import Side

_BOOT_SECONDS = 600
_ABOUT = "Joins a network with that of another cloud; made and removed by Pumphouse."
Role = StretchPart.Role


def make_ports(side: Side) -> None:
    """Make a gateway's security group, its two ports and its external address."""
    session, prepared = side.session, side.prepared
    own = {"project_id": session.project_id}
    group = make(side, Role.GROUP, {**own, **_named(side, Role.GROUP)})
    inner = {
        **{"network_id": side.network_id, "port_security_enabled": False, "security_groups": []},
        "fixed_ips": [{"ip_address": prepared["address"]}],
    }
    make(side, Role.INNER, {**own, **_named(side, Role.INNER), **inner})
    outer = {"network_id": prepared["outside"], "security_groups": [group["id"]]}
    port = make(side, Role.OUTER, {**own, **_named(side, Role.OUTER), **outer})
    if "floating" in prepared:
        floating = {"floating_network_id": prepared["floating"], "port_id": port["id"]}
        make(side, Role.ADDRESS, {**own, **floating, "description": _ABOUT})


def _named(side: Side, role: StretchPart.Role) -> Json:
    return {"name": side.part_name(role), "description": _ABOUT}


def make_server(side: Side) -> None:
    """Boot a gateway server, whose other end has its ports, and wait until it runs."""
    peer = external_address(side.other)
    _let_in(side, peer)
    user_data = base64.b64encode(_configuration(side, peer).encode()).decode()
    secrets.register(user_data)  # Nova repeats what it refuses
    server = {
        "name": side.part_name(Role.SERVER),
        "imageRef": side.prepared["image"],
        "flavorRef": side.prepared["flavor"],
        # the outer one first, which the image configures by itself
        "networks": [{"port": side.id_of(Role.OUTER)}, {"port": side.id_of(Role.INNER)}],
        "user_data": user_data,
        # the tenant's network may be without metadata, and the outside has none
        "config_drive": True,
    }
    make(side, Role.SERVER, server)
    poll_until(
        lambda: _runs(side),
        what=f"the gateway server in {side.session.name} to boot",
        seconds=_BOOT_SECONDS,
    )


def external_address(side: Side) -> str:
    """Return the address at which the other gateway reaches this one."""
    if found := shown(side, Role.ADDRESS):
        return str(found["floating_ip_address"])
    if (port := shown(side, Role.OUTER)) and port["fixed_ips"]:
        return str(port["fixed_ips"][0]["ip_address"])
    raise NeedsOperator(
        f"The gateway in {side.session.name} has no external address.",
        fix="Part the network, and stretch it again with another network outside.",
    )


def _let_in(side: Side, peer: str) -> None:
    """Admit the tunnel's packets from the other gateway, unless they are admitted.

    What is encrypted comes by IP protocol 50, and passes the group as such.
    """
    group_id = side.id_of(Role.GROUP)
    group = side.session.get("network", f"/security-groups/{group_id}", "security_group")
    if any(rule["direction"] == "ingress" for rule in group["security_group_rules"]):
        return
    port = {"port_range_min": VXLAN_PORT, "port_range_max": VXLAN_PORT}
    packets = {"protocol": "50"} if _is_encrypted(side) else {"protocol": "udp", **port}
    rule = {
        **{"security_group_id": group_id, "direction": "ingress", **packets},
        "remote_ip_prefix": peer,
        "ethertype": "IPv6" if ":" in peer else "IPv4",
    }
    side.session.post("network", "/security-group-rules", {"security_group_rule": rule})


def _is_encrypted(side: Side) -> bool:
    return bool(side.stretch.options.get("encrypted"))


def _configuration(side: Side, peer: str) -> str:
    return user_data_of(
        Gateway(
            peer=peer,
            number=side.stretch.number,
            mac=_mac(side),
            peer_mac=_mac(side.other),
            mtu=side.prepared["mtu"],
            default_gateways=side.prepared["gateways"],
            serving=_serving(side),
            key=_key(side),
        )
    )


def _key(side: Side) -> bytes:
    """Return the key of the pair, b"" for a tunnel that is not encrypted."""
    if not _is_encrypted(side):
        return b""
    return key_of(side.stretch.marker, secret=settings.SECRET_KEY)


def _mac(side: Side) -> str:
    port = shown(side, Role.INNER)
    return str(port["mac_address"]) if port else ""


def _serving(side: Side) -> Serving:
    """Return which side serves the network, as this one sees it."""
    chosen = side.stretch.options["serving"]
    if chosen == Serving.EACH.value:
        return Serving.EACH
    return Serving.HERE if chosen == side.name else Serving.THERE


def _runs(side: Side) -> bool | None:
    """Return whether the server runs, None while it is being built."""
    server = shown(side, Role.SERVER) or {"status": "missing"}
    if server["status"] in ("BUILD", "ACTIVE"):
        return True if server["status"] == "ACTIVE" else None
    reason = server.get("fault", {}).get("message", "")
    raise NeedsOperator(
        f"The gateway server in {side.session.name} is {server['status']}. {reason}".strip(),
        fix="Part the network, and stretch it again with another flavor or image.",
    )
