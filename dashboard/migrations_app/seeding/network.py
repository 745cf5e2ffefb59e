"""The network of a test tenant: router, security groups, ports, a floating IP."""

import random
from dataclasses import dataclass

from dashboard.clients.openstack import Json
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.seeding.context import SeedContext


@dataclass(frozen=True, kw_only=True)
class NetworkIds:
    """What ports are created with; ``cidr`` lacks its last number, as in ``10.42.7``."""

    network_id: str
    subnet_id: str
    cidr: str
    external_id: str
    groups: list[str]


def create_network(seed: SeedContext) -> NetworkIds:
    """Create a network behind a router with a gateway and a static route, and two groups."""
    external_id = _external_network(seed)
    cidr = f"10.42.{random.randrange(1, 255)}"  # noqa: S311 - only to look different
    network = create_tagged(seed, "networks", "network", {"name": seed.named("net")})
    subnet = create_tagged(seed, "subnets", "subnet", _subnet(seed, network["id"], cidr))
    _create_router(seed, subnet_id=subnet["id"], external_id=external_id, cidr=cidr)
    return NetworkIds(
        network_id=network["id"],
        subnet_id=subnet["id"],
        cidr=cidr,
        external_id=external_id,
        groups=_create_groups(seed),
    )


def create_port(seed: SeedContext, network: NetworkIds, *, number: int) -> str:
    """Create the port of the server with that number, with a fixed address; return its id."""
    port = {
        "name": seed.named(f"port-{number}"),
        "network_id": network.network_id,
        "fixed_ips": [
            {"subnet_id": network.subnet_id, "ip_address": f"{network.cidr}.{42 + number}"}
        ],
        "security_groups": network.groups,
    }
    return str(create_tagged(seed, "ports", "port", port)["id"])


def create_trunk(seed: SeedContext, network: NetworkIds, *, port_id: str) -> None:
    """Put another port on a port by a VLAN, where the cloud has trunks; no server has it yet."""
    if "trunk" not in seed.extensions:
        return
    net = {"network_id": network.network_id, "security_groups": network.groups}
    carried = create_tagged(seed, "ports", "port", {"name": seed.named("vlan"), **net})
    sub_port = {"port_id": carried["id"], "segmentation_type": "vlan", "segmentation_id": 42}
    body = {"name": seed.named("trunk"), "port_id": port_id, "sub_ports": [sub_port]}
    create(seed, "trunks", "trunk", body)


def create_forwarding(seed: SeedContext, network: NetworkIds, *, port_id: str) -> list[str]:
    """Forward a port of an address to a server's, where the cloud can; return the address."""
    if "floating-ip-port-forwarding" not in seed.extensions:
        return []
    body = {"floating_network_id": network.external_id, "description": seed.named("gate")}
    made = create_tagged(seed, "floatingips", "floatingip", body)
    port = seed.owner.get("network", f"/ports/{port_id}", "port")
    forwarding = {
        "protocol": "tcp",
        "external_port": 2222,
        "internal_port": 22,
        "internal_port_id": port_id,
        "internal_ip_address": port["fixed_ips"][0]["ip_address"],
    }
    create(seed, f"floatingips/{made['id']}/port_forwardings", "port_forwarding", forwarding)
    return [str(made["floating_ip_address"])]


def create_floating_ip(seed: SeedContext, network: NetworkIds, *, port_id: str) -> str:
    """Associate an address of the external network with a port, and return the address."""
    body = {
        "floating_network_id": network.external_id,
        "port_id": port_id,
        "description": seed.named("address"),
    }
    made = create_tagged(seed, "floatingips", "floatingip", body)
    return str(made["floating_ip_address"])


def _external_network(seed: SeedContext) -> str:
    query = {"router:external": "true"}
    for network in seed.operator.list("network", "/networks", "networks", **query):
        return str(network["id"])
    raise NeedsOperator(
        f"Cloud {seed.operator.name} has no external network.",
        fix="Create one; test tenants have a router and a floating address.",
    )


def _subnet(seed: SeedContext, network_id: str, cidr: str) -> Json:
    return {
        "name": seed.named("subnet"),
        "network_id": network_id,
        "ip_version": 4,
        "cidr": f"{cidr}.0/24",
        "gateway_ip": f"{cidr}.1",
        "allocation_pools": [{"start": f"{cidr}.10", "end": f"{cidr}.200"}],
        "dns_nameservers": ["192.0.2.53"],
        "host_routes": [{"destination": "198.51.100.0/24", "nexthop": f"{cidr}.2"}],
    }


def _create_router(seed: SeedContext, *, subnet_id: str, external_id: str, cidr: str) -> None:
    gateway = {
        "name": seed.named("router"),
        "external_gateway_info": {"network_id": external_id},
    }
    router = create_tagged(seed, "routers", "router", gateway)
    path = f"/routers/{router['id']}"
    seed.owner.put("network", f"{path}/add_router_interface", {"subnet_id": subnet_id})
    routes = [{"destination": "203.0.113.0/24", "nexthop": f"{cidr}.3"}]
    seed.owner.put("network", path, {"router": {"routes": routes}})


def _create_groups(seed: SeedContext) -> list[str]:
    """Create a group for web servers, and one that lets only their group in."""
    web = _create_group(seed, "web", "Open on port 80")
    database = _create_group(seed, "database", "Open to the web servers")
    create_rule(seed, web, protocol="tcp", port=80, remote_ip_prefix="0.0.0.0/0")
    create_rule(seed, web, protocol="icmp", remote_ip_prefix="0.0.0.0/0")
    create_rule(seed, database, protocol="tcp", port=5432, remote_group_id=web)
    return [web, database]


def _create_group(seed: SeedContext, what: str, description: str) -> str:
    group = {"name": seed.named(what), "description": description}
    return str(create_tagged(seed, "security-groups", "security_group", group)["id"])


def create_rule(seed: SeedContext, group_id: str, *, port: int | None = None, **rule: str) -> None:
    """Add a rule for what comes in to a group."""
    ports = {"port_range_min": port, "port_range_max": port} if port else {}
    body = {"direction": "ingress", "ethertype": "IPv4", "security_group_id": group_id}
    create(seed, "security-group-rules", "security_group_rule", body | rule | ports)


def create_tagged(seed: SeedContext, collection: str, key: str, body: Json) -> Json:
    """Create an object with a tag, where the cloud's Neutron has tags."""
    made = create(seed, collection, key, body)
    if "standard-attr-tag" in seed.extensions:
        seed.owner.put("network", f"/{collection}/{made['id']}/tags", {"tags": ["demo"]})
    return made


def create(seed: SeedContext, collection: str, key: str, body: Json) -> Json:
    """Create an object of Neutron's as the tenant, and return it."""
    return seed.owner.post("network", f"/{collection}", {key: body}, key)
