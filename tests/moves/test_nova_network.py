"""Tenants of a cloud with nova-network move to one with Neutron, in both modes."""

from collections.abc import Iterator
from contextlib import contextmanager
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.memory import MemoryCloud
from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds, fresh, quick_clock
from tests.support.cloud.nova_network import NovaNetworkCloud
from tests.support.cloud.seeds import furnish
from tests.support.cloud.sessions import operator_of
from tests.support.cloud.wire import connected

pytestmark = pytest.mark.django_db(transaction=True)
PASSWORD = "a-password-of-a-user"
TENANTS = ("acme", "globex")
ADDRESSES = {"acme": "10.20.0.50", "globex": "10.20.0.77"}


@contextmanager
def old_and_new(folder: Path, *, flat: bool) -> Iterator[TwoClouds]:
    """Serve a cloud with nova-network and two tenants, and one with Neutron."""
    old, new = NovaNetworkCloud("old"), MemoryCloud("new")
    old.network.has_dhcp = False
    with connected(old, new), quick_clock():
        furnish(old, first_address=10)
        furnish(new, first_address=110)
        operator = operator_of(old)
        shared = _network(operator, "novanet", flat=True) if flat else None
        for number, tenant in enumerate(TENANTS):
            _tenant(operator, old, tenant, shared, number)
        old.has_neutron = False
        yield TwoClouds(old, new, folder / "clouds.yaml")


def _network(operator: CloudSession, name: str, *, flat: bool = False, **more: Any) -> Json:
    """Make a network with a subnet; its router, which only Neutron needs, leads outside."""
    segment = {"provider:network_type": "flat", "provider:physical_network": "physnet1"}
    if not flat:
        segment |= {"provider:network_type": "vlan", **more}
    body = {"name": name, "shared": flat, **segment, **more}
    network = operator.post("network", "/networks", {"network": body}, "network")
    subnet = {"network_id": network["id"], "ip_version": 4, "cidr": "10.20.0.0/24"}
    pools = [{"start": "10.20.0.10", "end": "10.20.0.254"}]
    body = {**subnet, "allocation_pools": pools, "enable_dhcp": False}
    made = operator.post("network", "/subnets", {"subnet": body}, "subnet")
    [public] = operator.list("network", "/networks", "networks", name="public")
    gateway = {"name": name, "external_gateway_info": {"network_id": public["id"]}}
    router = operator.post("network", "/routers", {"router": gateway}, "router")
    path = f"/routers/{router['id']}/add_router_interface"
    operator.put("network", path, {"subnet_id": made["id"]})
    return network


def _tenant(
    operator: CloudSession, old: MemoryCloud, name: str, network: Json | None, number: int
) -> None:
    """Make a tenant with a user and a server that has a fixed and a floating address."""
    project = operator.post("identity", "/projects", {"project": {"name": name}}, "project")
    person = {"name": f"{name}-ann", "password": PASSWORD}
    user = operator.post("identity", "/users", {"user": person}, "user")
    roles = {role["name"]: role["id"] for role in operator.list("identity", "/roles", "roles")}
    path = f"/projects/{project['id']}/users"
    operator.put("identity", f"{path}/{user['id']}/roles/{roles['member']}")
    owner = operator.as_user(user["id"], password=PASSWORD, project_id=project["id"])
    if network is None:
        own = {"project_id": project["id"], "provider:segmentation_id": 103 + number}
        network = _network(operator, f"{name}-net", **own)
    group = _group(owner)
    asked = {
        **{"network_id": network["id"], "project_id": project["id"], "security_groups": [group]},
        "fixed_ips": [{"ip_address": ADDRESSES[name]}],
    }
    port = operator.post("network", "/ports", {"port": asked}, "port")
    [flavor] = list(owner.list("compute", "/flavors/detail", "flavors"))
    [image] = owner.list("image", "/images", "images", name="cirros")
    body = {"name": f"{name}-web", "flavorRef": flavor["id"], "imageRef": image["id"]}
    sent = {"server": {**body, "networks": [{"port": port["id"]}]}}
    server = owner.post("compute", "/servers", sent, "server")
    # the interfaces of nova-network go with their servers
    old.compute.servers.rows[server["id"]]["~made_ports"].append(port["id"])
    [public] = owner.list("network", "/networks", "networks", name="public")
    floating = {"floating_network_id": public["id"], "port_id": port["id"]}
    owner.post("network", "/floatingips", {"floatingip": floating})


def _group(owner: CloudSession) -> str:
    """Make a group that its own members and one address may reach."""
    body = {"name": "web", "description": "web servers"}
    group = owner.post("network", "/security-groups", {"security_group": body}, "security_group")
    rule = {"security_group_id": group["id"], "direction": "ingress", "protocol": "tcp"}
    ports = {"port_range_min": 80, "port_range_max": 81}
    for more in ({"remote_group_id": group["id"]}, {"remote_ip_prefix": "192.0.2.0/24", **ports}):
        owner.post("network", "/security-group-rules", {"security_group_rule": {**rule, **more}})
    return str(group["id"])


@pytest.fixture
def flat(tmp_path: Path) -> Iterator[TwoClouds]:
    with old_and_new(tmp_path, flat=True) as clouds:
        yield clouds


@pytest.fixture
def vlan(tmp_path: Path) -> Iterator[TwoClouds]:
    with old_and_new(tmp_path, flat=False) as clouds:
        yield clouds


def moved(clouds: TwoClouds, tenant: str) -> Any:
    """Move a tenant, verify it, and return its plan."""
    plan = clouds.plan(tenant)
    assert fresh(plan).state == "ready", [*plan.findings.values_list("severity", "sentence")]
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    return plan


def test_two_tenants_of_a_flat_network_are_on_one_network_there(flat):
    """Whoever goes back first, the other goes on working."""
    before = contents(flat.new)
    first, second = (moved(flat, tenant) for tenant in TENANTS)
    [network] = flat.new.network.networks.where(name="novanet")
    assert _owner(flat, network) == "acme"
    assert _targets(flat, network) == ["globex"]
    assert _addresses(flat, network) == {
        "compute": {"10.20.0.50", "10.20.0.77"},
        "network": {"10.20.0.1", "10.20.0.10"},
    }
    [subnet] = flat.new.network.subnets.where(network_id=network["id"])
    assert not _in_pools(subnet, *ADDRESSES.values(), "10.20.0.1")
    assert _same_macs(flat, network)
    [router] = flat.new.network.routers.where(name="novanet")
    assert [each["router_id"] for each in _led(flat)] == [router["id"]] * 2
    assert flat.verify(first) == []
    # else Neutron would keep the gateway because of that address
    [_, others] = _led(flat)
    path, nowhere = f"/floatingips/{others['id']}", {"floatingip": {"port_id": None}}
    flat.destination_session.put("network", path, nowhere)
    flat.roll_back(first)
    assert router["external_gateway_info"]
    assert _addresses(flat, network)["compute"] == {"10.20.0.77"}
    assert flat.old.compute.servers.where(name="acme-web")[0]["status"] == "ACTIVE"
    [led_back] = flat.old.network.floating_ips.where(floating_ip_address="172.24.4.11")
    assert led_back["port_id"]
    flat.roll_back(second)
    # what the network was in while only the second tenant used it
    [left] = changes_between(before, contents(flat.new))
    assert left.startswith("identity/projects")


def test_the_second_tenant_finalizes_and_leaves_to_the_first_what_both_use(flat):
    first, second = (moved(flat, tenant) for tenant in TENANTS)
    flat.finalize(second)
    assert [each["name"] for each in flat.old.compute.servers.rows.values()] == ["acme-web"]
    assert len(flat.old.network.networks.where(name="novanet")) == 1
    assert flat.verify(first) == []


def test_in_vlan_mode_each_tenant_has_its_own_network_and_frees_its_vlan(vlan):
    plans = [moved(vlan, tenant) for tenant in TENANTS]
    for tenant in TENANTS:
        [network] = vlan.new.network.networks.where(name=f"{tenant}-net")
        assert _owner(vlan, network) == tenant
        assert _targets(vlan, network) == []
        assert _addresses(vlan, network)["compute"] == {ADDRESSES[tenant]}
        [router] = vlan.new.network.routers.where(name=f"{tenant}-net")
        assert router["project_id"] == network["project_id"]
    vlan.finalize(plans[0])
    projects = {each["name"] for each in vlan.old.identity.projects.rows.values()}
    assert not projects & {"acme"}
    [freed] = vlan.old.network.networks.where(name="acme-net")
    assert freed["project_id"] == ""


def _owner(clouds: TwoClouds, network: Json) -> str:
    return str(clouds.new.identity.projects.rows[network["project_id"]]["name"])


def _targets(clouds: TwoClouds, network: Json) -> list[str]:
    """Return with which projects a network is shared."""
    projects = clouds.new.identity.projects.rows
    policies = clouds.new.network.policies.of(network)
    return [projects[each["target_tenant"]]["name"] for each in policies]


def _addresses(clouds: TwoClouds, network: Json) -> dict[str, set[str]]:
    """Return the addresses in a network by who has them; nobody has one twice."""
    found: dict[str, list[str]] = {}
    for port in clouds.new.network.ports.where(network_id=network["id"]):
        mine = [fixed["ip_address"] for fixed in port["fixed_ips"]]
        found.setdefault(port["device_owner"].partition(":")[0], []).extend(mine)
    everything = [address for addresses in found.values() for address in addresses]
    assert len({*everything}) == len(everything)
    return {owner: {*addresses} for owner, addresses in found.items()}


def _in_pools(subnet: Json, *addresses: str) -> list[str]:
    """Return those of the addresses that Neutron could give to somebody."""
    pools = [(ip_address(p["start"]), ip_address(p["end"])) for p in subnet["allocation_pools"]]
    return [a for a in addresses if any(low <= ip_address(a) <= high for low, high in pools)]


def _same_macs(clouds: TwoClouds, network: Json) -> bool:
    """Return whether the servers' ports have the MACs of the source."""
    of_servers = [
        {port["mac_address"] for port in ports if port["device_owner"].startswith("compute:")}
        for ports in (
            clouds.old.network.ports.rows.values(),
            clouds.new.network.ports.where(network_id=network["id"]),
        )
    ]
    return of_servers[0] == of_servers[1]


def _led(clouds: TwoClouds) -> list[Json]:
    """Return the destination's floating addresses that lead to a server."""
    return [each for each in clouds.new.network.floating_ips.rows.values() if each["port_id"]]
