"""The network of a seeded tenant: router, security groups, ports, a floating address."""

import random
from dataclasses import dataclass

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding.grounds import Grounds


@dataclass(frozen=True, kw_only=True)
class Wires:
    """The ids that servers are plugged into; ``cidr`` lacks its last number: ``10.42.7``."""

    network_id: str
    subnet_id: str
    cidr: str
    external_id: str
    groups: list[str]


def make_network(grounds: Grounds) -> Wires:
    """Make a network behind a router with a gateway and a static route, and two groups."""
    external_id = _external_network(grounds)
    cidr = f"10.42.{random.randrange(1, 255)}"  # noqa: S311 - only to look different
    network = _make(grounds, "networks", "network", {"name": grounds.named("net")})
    subnet = _make(grounds, "subnets", "subnet", _subnet(grounds, network["id"], cidr))
    _make_router(grounds, subnet_id=subnet["id"], external_id=external_id, cidr=cidr)
    return Wires(
        network_id=network["id"],
        subnet_id=subnet["id"],
        cidr=cidr,
        external_id=external_id,
        groups=_make_groups(grounds),
    )


def make_port(grounds: Grounds, wires: Wires, *, number: int) -> str:
    """Make the port of the server of that number, with a fixed address, and give its id."""
    port = {
        "name": grounds.named(f"port-{number}"),
        "network_id": wires.network_id,
        "fixed_ips": [{"subnet_id": wires.subnet_id, "ip_address": f"{wires.cidr}.{42 + number}"}],
        "security_groups": wires.groups,
    }
    return str(_make(grounds, "ports", "port", port)["id"])


def make_floating_ip(grounds: Grounds, wires: Wires, *, port_id: str) -> str:
    """Return a port an address of the external network, and tell which."""
    body = {
        "floating_network_id": wires.external_id,
        "port_id": port_id,
        "description": grounds.named("address"),
    }
    made = _make(grounds, "floatingips", "floatingip", body)
    return str(made["floating_ip_address"])


def _external_network(grounds: Grounds) -> str:
    query = {"router:external": "true"}
    for network in grounds.operator.list("network", "/networks", "networks", **query):
        return str(network["id"])
    raise NeedsOperator(
        f"Cloud {grounds.operator.name} has no external network.",
        fix="Create one; test tenants have a router and a floating address.",
    )


def _subnet(grounds: Grounds, network_id: str, cidr: str) -> Json:
    return {
        "name": grounds.named("subnet"),
        "network_id": network_id,
        "ip_version": 4,
        "cidr": f"{cidr}.0/24",
        "gateway_ip": f"{cidr}.1",
        "allocation_pools": [{"start": f"{cidr}.10", "end": f"{cidr}.200"}],
        "dns_nameservers": ["192.0.2.53"],
        "host_routes": [{"destination": "198.51.100.0/24", "nexthop": f"{cidr}.2"}],
    }


def _make_router(grounds: Grounds, *, subnet_id: str, external_id: str, cidr: str) -> None:
    gateway = {
        "name": grounds.named("router"),
        "external_gateway_info": {"network_id": external_id},
    }
    router = _make(grounds, "routers", "router", gateway)
    path = f"/routers/{router['id']}"
    grounds.owner.put("network", f"{path}/add_router_interface", {"subnet_id": subnet_id})
    routes = [{"destination": "203.0.113.0/24", "nexthop": f"{cidr}.3"}]
    grounds.owner.put("network", path, {"router": {"routes": routes}})


def _make_groups(grounds: Grounds) -> list[str]:
    """Make a group for the web, and one that lets only the first one's members in."""
    web = _make_group(grounds, "web", "Anybody may come to port 80")
    database = _make_group(grounds, "database", "Only the web servers may come")
    _make_rule(grounds, web, protocol="tcp", port=80, remote_ip_prefix="0.0.0.0/0")
    _make_rule(grounds, web, protocol="icmp", remote_ip_prefix="0.0.0.0/0")
    _make_rule(grounds, database, protocol="tcp", port=5432, remote_group_id=web)
    return [web, database]


def _make_group(grounds: Grounds, what: str, description: str) -> str:
    group = {"name": grounds.named(what), "description": description}
    return str(_make(grounds, "security-groups", "security_group", group)["id"])


def _make_rule(grounds: Grounds, group_id: str, *, port: int | None = None, **rule: str) -> None:
    ports = {"port_range_min": port, "port_range_max": port} if port else {}
    body = {"direction": "ingress", "ethertype": "IPv4", "security_group_id": group_id}
    _make(grounds, "security-group-rules", "security_group_rule", body | rule | ports)


def _make(grounds: Grounds, collection: str, key: str, body: Json) -> Json:
    return grounds.owner.post("network", f"/{collection}", {key: body}, key)
