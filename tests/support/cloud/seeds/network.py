"""The tenant's networks with all that is on them."""

from typing import Any

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded, network_extensions, network_policies


def seed(seeded: Seeded) -> None:
    """Make networks, subnets of both versions, groups, a router, ports and addresses."""
    _make_networks(seeded)
    _make_groups(seeded)
    _make_router(seeded)
    _make_ports(seeded)
    _make_addresses(seeded)
    network_extensions.seed(seeded)
    network_policies.seed(seeded)
    _tag(seeded)


def _tag(seeded: Seeded) -> None:
    """Tag one of everything that can have tags."""
    tagged = {
        **{"networks": "net", "subnets": "desks", "ports": "port-1", "routers": "router"},
        **{"security-groups": "web", "floatingips": "door"},
    }
    for collection, name in tagged.items():
        path = f"/{collection}/{seeded.id(name)}/tags"
        seeded.owner.put("network", path, {"tags": ["front", f"{seeded.name} {name}"]})


def _make(seeded: Seeded, name: str, collection: str, singular: str, /, **body: Any) -> Json:
    return seeded.make(name, "network", f"/{collection}", singular, body)


def _external(seeded: Seeded, name: str) -> str:
    found = seeded.operator.list("network", "/networks", "networks", name=name)
    return str(next(found)["id"])


def _make_networks(seeded: Seeded) -> None:
    network = _make(
        seeded,
        *("net", "networks", "network"),
        name=f"{seeded.name}-net",
        description="where the shop is",
        mtu=1400,
        availability_zone_hints=["nova"],
    )
    on = {"network_id": network["id"]}
    _make(
        seeded,
        *("desks", "subnets", "subnet"),
        **on,
        name=f"{seeded.name}-desks",
        description="IPv4",
        ip_version=4,
        cidr="10.1.0.0/24",
        gateway_ip="10.1.0.1",
        allocation_pools=[{"start": "10.1.0.10", "end": "10.1.0.99"}],
        dns_nameservers=["192.0.2.53"],
        host_routes=[{"destination": "198.51.100.0/24", "nexthop": "10.1.0.2"}],
    )
    modes = {"ipv6_ra_mode": "slaac", "ipv6_address_mode": "slaac"}
    _make(seeded, "slaac", "subnets", "subnet", **on, ip_version=6, cidr="fd00:1::/64", **modes)
    _make(seeded, "plain", "networks", "network", name=f"{seeded.name}-plain", admin_state_up=False)
    _make(
        seeded,
        *("dark", "subnets", "subnet"),
        network_id=seeded.id("plain"),
        ip_version=4,
        cidr="10.2.0.0/24",
        gateway_ip=None,
        enable_dhcp=False,
    )


def _make_groups(seeded: Seeded) -> None:
    web = _make(
        seeded, *("web", "security-groups", "security_group"), name="web", description="port 80"
    )
    base = _make(seeded, "db", "security-groups", "security_group", name="db", description="")
    rules: tuple[Json, ...] = (
        {"group": web, "protocol": "tcp", "port_range_min": 80, "port_range_max": 80},
        {"group": web, "protocol": "icmp", "remote_ip_prefix": "10.0.0.0/8"},
        {"group": base, "protocol": "tcp", "remote_group_id": web["id"]},
    )
    for number, rule in enumerate(rules):
        group = rule.pop("group")
        fields = {"direction": "ingress", "ethertype": "IPv4", "description": "let in", **rule}
        _make(
            seeded,
            *(f"rule-{number}", "security-group-rules", "security_group_rule"),
            security_group_id=group["id"],  # type: ignore[index]
            **fields,
        )


def _make_router(seeded: Seeded) -> None:
    """Make a router with two interfaces at gateways and one elsewhere, and routes both ways."""
    router = _make(
        seeded,
        *("router", "routers", "router"),
        name=f"{seeded.name}-router",
        description="to the world",
        external_gateway_info={"network_id": _external(seeded, "public")},
    )
    path = f"/routers/{router['id']}"
    fixed = [{"ip_address": "10.2.0.77"}]
    port = _make(seeded, "side", "ports", "port", network_id=seeded.id("plain"), fixed_ips=fixed)
    for body in (
        {"subnet_id": seeded.id("desks")},
        {"subnet_id": seeded.id("slaac")},
        {"port_id": port["id"]},
    ):
        seeded.owner.put("network", f"{path}/add_router_interface", body)
    routes = [
        {"destination": "203.0.113.0/24", "nexthop": "10.1.0.3"},
        {"destination": "10.50.0.0/24", "nexthop": "172.24.4.1"},
    ]
    seeded.owner.put("network", path, {"router": {"routes": routes}})


def _make_ports(seeded: Seeded) -> None:
    net = {"network_id": seeded.id("net")}
    groups = [seeded.id("web"), seeded.id("db")]
    for number in (1, 2):
        _make(
            seeded,
            *(f"port-{number}", "ports", "port"),
            **net,
            name=f"{seeded.name}-port-{number}",
            description="of a server",
            fixed_ips=[{"ip_address": f"10.1.0.{40 + number}"}],
            security_groups=groups,
            allowed_address_pairs=[{"ip_address": "10.1.0.200"}],
        )
    _make(seeded, "bare", "ports", "port", **net, security_groups=[], admin_state_up=False)
    office = {"network_id": _external(seeded, "offices")}
    _make(seeded, "visitor", "ports", "port", **office, name="visitor")


def _make_addresses(seeded: Seeded) -> None:
    body = {"floating_network_id": _external(seeded, "public"), "description": "the shop's door"}
    _make(seeded, "door", "floatingips", "floatingip", **body, port_id=seeded.id("port-1"))
    _make(seeded, "spare", "floatingips", "floatingip", **body)
