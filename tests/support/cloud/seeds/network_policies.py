"""What the tenant has to limit and group its networks, and with whom it shares."""

from typing import Any

from tests.support.cloud.messages import Json
from tests.support.cloud.seeds import Seeded


def seed(seeded: Seeded) -> None:
    """Make a QoS policy, a subnet pool in a scope and an address group, as the release has them."""
    extensions = seeded.cloud.release.extensions
    if "qos" in extensions:
        _make_policy(seeded)
    _make_pool(seeded)
    if "address-group" in extensions:
        _make_address_group(seeded)


def _make(seeded: Seeded, name: str, path: str, singular: str, /, **body: Any) -> Json:
    """Make something for the tenant as the operator: much of it only administrators may make."""
    sent = {**body, "project_id": seeded.project_id}
    return seeded.made_by(seeded.operator, name, "network", path, singular, sent)


def _make_policy(seeded: Seeded) -> None:
    """Make a QoS policy with two rules, which a network, a port and an address have."""
    name = {"name": f"{seeded.name}-gold", "description": "for the tills"}
    policy = _make(seeded, "gold", "/qos/policies", "policy", **name)
    rules: dict[str, Json] = {
        "bandwidth_limit": {"max_kbps": 10000, "max_burst_kbps": 8000, "direction": "ingress"},
        "dscp_marking": {"dscp_mark": 26},
    }
    for kind, rule in rules.items():
        path = f"/qos/policies/{policy['id']}/{kind}_rules"
        seeded.operator.post("network", path, {f"{kind}_rule": rule})
    seeded.operator.put("network", f"/policies/{policy['id']}/tags", {"tags": ["tills"]})
    users = {"net": ("networks", "network"), "port-1": ("ports", "port")}
    users["door"] = ("floatingips", "floatingip")
    for user, (collection, singular) in users.items():
        path, body = f"/{collection}/{seeded.id(user)}", {"qos_policy_id": policy["id"]}
        seeded.owner.put("network", path, {singular: body})
    if "qos-gateway-ip" in seeded.cloud.release.extensions:
        _limit_gateway(seeded, policy)


def _limit_gateway(seeded: Seeded, policy: Json) -> None:
    path = f"/routers/{seeded.id('router')}"
    info = seeded.operator.get("network", path, "router")["external_gateway_info"]
    body = {"external_gateway_info": {**info, "qos_policy_id": policy["id"]}}
    seeded.operator.put("network", path, {"router": body})


def _make_pool(seeded: Seeded) -> None:
    """Make a subnet pool in an address scope, and a subnet of it."""
    named = {"name": f"{seeded.name}-scope", "ip_version": 4}
    scope = _make(seeded, "scope", "/address-scopes", "address_scope", **named)
    pool = _make(
        seeded,
        *("pool", "/subnetpools", "subnetpool"),
        name=f"{seeded.name}-pool",
        description="for branches",
        prefixes=["10.64.0.0/16", "10.66.0.0/16"],
        address_scope_id=scope["id"],
        default_prefixlen=24,
        min_prefixlen=20,
        max_prefixlen=28,
        default_quota=100000,
    )
    seeded.operator.put("network", f"/subnetpools/{pool['id']}/tags", {"tags": ["branches"]})
    network = _make(seeded, "branch", "/networks", "network", name=f"{seeded.name}-branch")
    subnet = {"ip_version": 4, "cidr": "10.64.8.0/24", "subnetpool_id": pool["id"]}
    _make(seeded, "branch-4", "/subnets", "subnet", network_id=network["id"], **subnet)


def _make_address_group(seeded: Seeded) -> None:
    """Make an address group, and a rule that lets it in."""
    addresses = {"addresses": ["198.51.100.0/24", "203.0.113.7/32"]}
    named = {"name": f"{seeded.name}-partners", "description": "who delivers"}
    group = _make(seeded, "partners", "/address-groups", "address_group", **named, **addresses)
    rule = {"direction": "ingress", "ethertype": "IPv4", "protocol": "tcp"}
    remote = {"remote_address_group_id": group["id"], "security_group_id": seeded.id("web")}
    ports = {"port_range_min": 443, "port_range_max": 443}
    path, singular = "/security-group-rules", "security_group_rule"
    _make(seeded, "delivery", path, singular, **rule, **ports, **remote)
