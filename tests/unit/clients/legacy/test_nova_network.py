"""A recorded Juno cloud with nova-network, in both modes, is seen as Neutron."""

from ipaddress import ip_address
from typing import Any

import pytest

from dashboard.clients.legacy.nova_network import NovaNetwork
from tests.support.juno.seen_as_neutron import (
    ACME,
    ACME_NET,
    BACKEND,
    FREE_NET,
    GLOBEX,
    NOVANET,
    listed,
    seen,
    server_named,
)


@pytest.fixture(scope="module")
def flat() -> NovaNetwork:
    return seen("flat")


@pytest.fixture(scope="module")
def vlan() -> NovaNetwork:
    return seen("vlan")


def test_a_flat_network_is_of_no_project_and_named_with_what_neutron_does_not_have(flat):
    nova, backend, *pools = listed(flat, "/networks")
    assert nova == {
        "id": NOVANET,
        "name": "novanet",
        "project_id": "",
        "tenant_id": "",
        "subnets": nova["subnets"],
        "admin_state_up": True,
        "status": "ACTIVE",
        "shared": False,
        "router:external": False,
        "provider:network_type": "flat",
        "provider:physical_network": "eth1",
        "provider:segmentation_id": None,
        "mtu": 1450,
        "nova_conf": ["allow_same_net_traffic", "dmz_cidr"],
    }
    assert backend["multi_host"] is True
    assert "mtu" not in backend
    assert [(pool["name"], pool["router:external"]) for pool in pools] == [
        ("partners", True),
        ("public", True),
    ]


def test_a_subnet_has_no_address_in_its_pools_that_a_server_of_any_tenant_has(flat):
    [subnet] = listed(flat, "/subnets", network_id=NOVANET)
    assert subnet["cidr"] == "10.20.0.0/24"
    assert subnet["gateway_ip"] == "10.20.0.1"
    assert subnet["dns_nameservers"] == ["8.8.8.8", "8.8.4.4"]
    assert subnet["enable_dhcp"] is True
    assert subnet["allocation_pools"] == [
        {"start": "10.20.0.17", "end": "10.20.0.49"},
        {"start": "10.20.0.51", "end": "10.20.0.76"},
        {"start": "10.20.0.78", "end": "10.20.0.254"},
    ]
    assert [subnet["id"]] == flat.request(f"/networks/{NOVANET}", "GET").json()["network"][
        "subnets"
    ]


def test_pools_leave_out_a_gateway_and_a_dhcp_server_in_their_middle(vlan):
    [subnet] = listed(vlan, "/subnets", network_id=FREE_NET)
    assert subnet["allocation_pools"] == [{"start": "10.110.0.51", "end": "10.110.0.253"}]
    assert subnet["gateway_ip"] == "10.110.0.254"


def test_a_server_has_a_port_for_each_network_with_its_mac_and_address(flat):
    ports = listed(flat, "/ports", project_id=ACME)
    by_mac = {port["mac_address"]: port for port in ports}
    web = [port for port in ports if port["device_id"] == server_named(flat, "web-2")["id"]]
    assert {(p["network_id"], p["fixed_ips"][0]["ip_address"]) for p in web} == {
        (NOVANET, "10.20.0.10"),
        (BACKEND, "10.30.0.2"),
    }
    assert len(by_mac) == len(ports) == 9
    assert {port["device_owner"].partition(":")[0] for port in ports} == {"compute"}
    [one] = listed(flat, "/ports", mac_address=[web[0]["mac_address"], "fa:16:3e:00:00:00"])
    assert one == web[0]
    assert flat.request(f"/ports/{one['id']}", "GET").json() == {"port": one}


def test_ports_have_the_groups_of_their_own_tenantsserver_named(flat):
    mine = {group["id"]: group for group in listed(flat, "/security-groups", project_id=GLOBEX)}
    ports = listed(flat, "/ports", project_id=GLOBEX)
    assert sorted(mine[id_]["name"] for port in ports for id_ in port["security_groups"]) == [
        "default",
        "web",
    ]


def test_networks_of_one_label_are_told_apart_by_the_servers_interfaces():
    cloud = seen("flat")
    nova = cloud.old
    [first, second] = nova.answers["/os-networks"]["networks"]
    second |= {"label": first["label"], "cidr": first["cidr"]}
    server = server_named(cloud, "db-1")
    nova.answers["/servers/detail?all_tenants=1"]["servers"] = [server]
    [port] = listed(cloud, "/ports", project_id=ACME)
    assert port["network_id"] == NOVANET


def test_rules_let_in_what_they_let_in_before_and_everything_out(flat):
    groups = {each["name"]: each for each in listed(flat, "/security-groups", project_id=ACME)}
    assert {name: _said(group, groups) for name, group in groups.items()} == {
        "default": ["icmp any 0.0.0.0/0", "tcp 22-22 10.0.0.0/8"],
        "web": ["icmp any 10.0.0.0/8", "tcp 443-443 0.0.0.0/0", "tcp 80-80 0.0.0.0/0"],
        "db": ["tcp 3306-3306 web", "udp 1-65535 db"],
    }
    for group in groups.values():
        out = [r for r in group["security_group_rules"] if r["direction"] == "egress"]
        assert [(r["ethertype"], r["protocol"], r["remote_ip_prefix"]) for r in out] == [
            ("IPv4", None, None),
            ("IPv6", None, None),
        ]


def _said(group: Any, groups: Any) -> list[str]:
    """Return the rules that let something in, in words."""
    names = {each["id"]: name for name, each in groups.items()}
    incoming = (r for r in group["security_group_rules"] if r["direction"] == "ingress")
    return sorted(
        f"{rule['protocol']} "
        f"{'any' if rule['port_range_min'] is None else _range(rule)} "
        f"{rule['remote_ip_prefix'] or names[rule['remote_group_id']]}"
        for rule in incoming
    )


def _range(rule: Any) -> str:
    return f"{rule['port_range_min']}-{rule['port_range_max']}"


def test_a_group_that_a_rule_names_is_that_of_the_named_tenant(flat):
    """Both tenants have a group web."""
    [web] = [g for g in listed(flat, "/security-groups", project_id=ACME) if g["name"] == "web"]
    [db] = [g for g in listed(flat, "/security-groups", project_id=ACME) if g["name"] == "db"]
    assert web["id"] in {rule["remote_group_id"] for rule in db["security_group_rules"]}


def test_a_default_group_without_rules_lets_nothing_in(vlan):
    vlan.old.answers["/os-security-groups?all_tenants=1"] = {
        "security_groups": [
            {"id": 1, "name": "default", "description": "", "tenant_id": ACME, "rules": []}
        ]
    }
    [group] = listed(vlan, "/security-groups")
    assert {rule["direction"] for rule in group["security_group_rules"]} == {"egress"}
    assert "default_rules" not in group


def test_rules_of_new_default_groups_are_shown_with_the_default_group(flat):
    named = {g["name"]: g.get("default_rules") for g in listed(flat, "/security-groups")}
    assert named["default"] == ["icmp from 0.0.0.0/0", "tcp 22-22 from 10.0.0.0/8"]
    assert named["web"] is None


def test_floating_addresses_lead_to_ports_and_are_of_their_pools_network(flat):
    pools = {net["id"]: net["name"] for net in listed(flat, "/networks")}
    ports = {port["id"]: port for port in listed(flat, "/ports")}
    found = {each["floating_ip_address"]: each for each in listed(flat, "/floatingips")}
    assert {address: pools[each["floating_network_id"]] for address, each in found.items()} == {
        "172.24.4.225": "public",
        "172.24.4.226": "public",
        "172.24.4.227": "public",
        "172.25.0.1": "partners",
    }
    web = found["172.24.4.225"]
    assert web["fixed_ip_address"] == "10.20.0.50"
    assert ports[web["port_id"]]["device_id"] == server_named(flat, "web-1")["id"]
    assert (found["172.24.4.226"]["port_id"], found["172.24.4.226"]["router_id"]) == (None, None)
    [own] = listed(flat, "/floatingips", project_id=GLOBEX)
    assert own["floating_ip_address"] == "172.24.4.227"


def test_a_flat_network_has_one_router_for_all_tenants_to_the_largest_pool(flat):
    pools = {net["id"]: net["name"] for net in listed(flat, "/networks")}
    mine = {r["name"]: r for r in listed(flat, "/routers", project_id=ACME)}
    others = {r["name"]: r for r in listed(flat, "/routers", project_id=GLOBEX)}
    assert mine == others
    assert [*mine] == ["novanet", "backend"]
    assert pools[mine["novanet"]["external_gateway_info"]["network_id"]] == "public"
    [port] = listed(flat, "/ports", device_id=[mine["novanet"]["id"]])
    assert port["fixed_ips"][0]["ip_address"] == "10.20.0.1"
    [floating] = listed(flat, "/floatingips", floating_ip_address="172.24.4.225")
    assert floating["router_id"] == mine["novanet"]["id"]


def test_in_vlan_mode_each_tenant_has_its_network_and_router(vlan):
    [mine] = listed(vlan, "/networks", project_id=ACME)
    assert (mine["id"], mine["provider:segmentation_id"]) == (ACME_NET, 103)
    assert mine["vpn"] == ["127.0.0.1", "1000", "10.103.0.2"]
    [router] = listed(vlan, "/routers", project_id=ACME)
    assert [r["name"] for r in listed(vlan, "/routers", project_id=GLOBEX)] == ["vlan-104"]
    assert router["name"] == "acme-net"
    [port] = listed(vlan, "/ports", project_id=ACME)
    assert (port["network_id"], port["mac_address"]) == (ACME_NET, "fa:16:3e:14:f4:3a")
    assert listed(vlan, "/rbac-policies") == []


def test_networks_of_everybody_are_granted_to_whoever_has_a_server_there(flat):
    grants = listed(flat, "/rbac-policies", object_id=BACKEND)
    assert {grant["target_tenant"] for grant in grants} == {ACME, GLOBEX}
    assert len(listed(flat, "/rbac-policies")) == 4


def test_quotas_of_networks_are_novas(flat):
    quota = flat.request(f"/quotas/{ACME}", "GET").json()["quota"]
    assert quota == {"floatingip": 4, "security_group": 20, "security_group_rule": 440}
    default = flat.request(f"/quotas/{ACME}/default", "GET").json()["quota"]
    assert default == {"floatingip": 10, "security_group": 10, "security_group_rule": 220}
    used = flat.request(f"/quotas/{ACME}/details", "GET").json()["quota"]
    assert {name: each["used"] for name, each in used.items()} == {
        "floatingip": 3,
        "security_group": 3,
        "security_group_rule": 13,
    }


def test_a_group_that_nova_does_not_list_is_named():
    cloud = seen("flat")
    server = cloud.old.answers["/servers/detail?all_tenants=1"]["servers"][0]
    server["security_groups"] = [{"name": "default"}, {"name": "gone"}]
    ports = listed(cloud, "/ports", device_id=server["id"])
    assert [(len(port["security_groups"]), port["unlisted_groups"]) for port in ports] == [
        (1, ["gone"])
    ] * len(server["addresses"])
    assert not [p for p in listed(cloud, "/ports") if p not in ports and "unlisted_groups" in p]


def test_a_network_of_ipv6_alone_has_no_subnet():
    cloud = seen("flat")
    rows = cloud.old.answers["/os-networks"]["networks"]
    rows.append({**rows[0], "id": "six", "label": "six", "cidr": None, "cidr_v6": "fd00::/64"})
    [six] = [each for each in listed(cloud, "/networks") if each["id"] == "six"]
    assert (six["subnets"], six["cidr_v6"]) == ([], "fd00::/64")
    assert "six" not in {each["network_id"] for each in listed(cloud, "/subnets")}
    assert len(listed(cloud, "/ports")) == 11 + 3


def test_no_address_is_in_a_pool_and_on_aserver_named(flat):
    taken = {f["ip_address"] for port in listed(flat, "/ports") for f in port["fixed_ips"]}
    for subnet in listed(flat, "/subnets"):
        for pool in subnet["allocation_pools"]:
            low, high = ip_address(pool["start"]), ip_address(pool["end"])
            assert not [a for a in taken if low <= ip_address(a) <= high]


def test_a_member_who_may_not_see_all_addresses_sees_the_networks(flat):
    """Maintenance looks whether an account that may only read can do that."""
    cloud = seen("flat")
    del cloud.old.answers["/os-floating-ips-bulk"]
    for row in cloud.old.answers["/os-networks"]["networks"]:
        for name in ("vlan", "project_id", "bridge_interface", "multi_host", "mtu"):
            del row[name]
    assert [row["name"] for row in listed(cloud, "/networks")] == [
        row["name"] for row in listed(flat, "/networks")
    ]


def test_whether_an_account_may_write_is_asked_with_a_rule_of_no_group():
    cloud = seen("flat")
    rule = {"security_group_id": "nowhere", "direction": "ingress"}
    cloud.request("/security-group-rules", "POST", json={"security_group_rule": rule})
    sent = {"security_group_rule": {"parent_group_id": 0}}
    assert cloud.old.written == [("POST", "/os-security-group-rules", sent)]


def test_a_cloud_without_pools_has_the_default_one():
    cloud = seen("vlan")
    cloud.old.answers["/os-floating-ip-pools"] = {"floating_ip_pools": []}
    cloud.old.answers["/os-floating-ips-bulk"] = {"floating_ip_info": []}
    [pool] = listed(cloud, "/networks", **{"router:external": True})
    [router, _] = listed(cloud, "/routers")
    assert pool["name"] == "nova"
    assert router["external_gateway_info"]["network_id"] == pool["id"]
