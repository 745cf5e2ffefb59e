"""What limits and groups a test tenant's network, where the cloud's Neutron has it."""

from dashboard.clients.openstack import Json
from dashboard.migrations_app.seeding.context import SeedContext
from dashboard.migrations_app.seeding.network import NetworkIds, create, create_rule, create_tagged

_LIMIT = "bandwidth_limit"


def create_policies(seed: SeedContext, network: NetworkIds) -> None:
    """Create a QoS policy for the network, a subnet pool with a subnet, and an address group."""
    if "qos" in seed.extensions and _has_limits(seed):
        _create_policy(seed, network)
    if "address-scope" in seed.extensions:
        _create_pool(seed)
    if "address-group" in seed.extensions:
        _create_address_group(seed, network)


def _has_limits(seed: SeedContext) -> bool:
    """Return whether the drivers have limits: a network cannot have a policy with others."""
    listed = seed.operator.list("network", "/qos/rule-types", "rule_types")
    return any(each["type"] == _LIMIT for each in listed)


def _create_policy(seed: SeedContext, network: NetworkIds) -> None:
    """Create a policy as the operator: tenants may not."""
    named: Json = {"name": seed.named("limited"), "project_id": seed.project_id}
    policy = seed.operator.post("network", "/qos/policies", {"policy": named}, "policy")
    path = f"/qos/policies/{policy['id']}/{_LIMIT}_rules"
    rule = {"max_kbps": 100_000, "max_burst_kbps": 10_000}
    seed.operator.post("network", path, {f"{_LIMIT}_rule": rule})
    body = {"network": {"qos_policy_id": policy["id"]}}
    seed.operator.put("network", f"/networks/{network.network_id}", body)


def _create_pool(seed: SeedContext) -> None:
    """Create a subnet pool in an address scope, and a network with a subnet of it."""
    scope = {"name": seed.named("scope"), "ip_version": 4}
    made = create(seed, "address-scopes", "address_scope", scope)
    prefixes = {"prefixes": ["10.43.0.0/16"], "address_scope_id": made["id"]}
    pool = create_tagged(
        seed, "subnetpools", "subnetpool", {"name": seed.named("pool"), **prefixes}
    )
    network = create(seed, "networks", "network", {"name": seed.named("branch")})
    subnet = {"name": seed.named("branch"), "network_id": network["id"], "ip_version": 4}
    body = {**subnet, "subnetpool_id": pool["id"], "cidr": "10.43.7.0/24"}
    create(seed, "subnets", "subnet", body)


def _create_address_group(seed: SeedContext, network: NetworkIds) -> None:
    """Create an address group, and let it in to the web servers."""
    group: Json = {"name": seed.named("partners"), "addresses": ["198.51.100.0/24"]}
    made = create(seed, "address-groups", "address_group", group)
    remote = {"remote_address_group_id": made["id"]}
    create_rule(seed, network.groups[0], protocol="tcp", port=443, **remote)
