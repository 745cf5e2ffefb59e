"""Further gateways and NDP proxies of routers, between two clouds in memory."""

from dataclasses import replace

import pytest

from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.seeds import NAME
from tests.support.cloud.sessions import operator_of

pytestmark = [pytest.mark.django_db, pytest.mark.seeded_until("network")]
INNER = f"{NAME}-inner"
WIDE = "wide"


def made(cloud, collection, singular, **body):
    return operator_of(cloud).post("network", f"/{collection}", {singular: body}, singular)


@pytest.fixture
def proxied(clouds):
    """Make the tenant's first port reachable by IPv6, through a network outside that has it."""
    for cloud in (clouds.old, clouds.new):
        wide = made(cloud, "networks", "network", name=WIDE, **{"router:external": True})
        cidr = {"ip_version": 6, "cidr": "2001:db8::/64", "enable_dhcp": False}
        made(cloud, "subnets", "subnet", network_id=wide["id"], **cidr)
    old = clouds.old.network
    network, router = old.networks.where(name=WIDE)[0], old.routers.where(name=INNER)[0]
    port = old.ports.where(name=f"{NAME}-port-1")[0]
    address = next(x["ip_address"] for x in port["fixed_ips"] if ":" in x["ip_address"])
    for body in (
        *[{"external_gateway_info": {}}] * 2,
        {"external_gateway_info": {"network_id": network["id"]}},
        {"enable_ndp_proxy": True},
    ):
        operator_of(clouds.old).put("network", f"/routers/{router['id']}", {"router": body})
    fields = {"router_id": router["id"], "port_id": port["id"], "ip_address": address}
    fields["project_id"] = router["project_id"]
    made(clouds.old, "ndp_proxies", "ndp_proxy", name="till", **fields)
    return router


def roll_back(move):
    for step in reversed(move._ordered()):
        move.undo(step)


def network_lines(before, cloud):
    changes = changes_between(before, contents(cloud))
    return [line for line in changes if line.startswith("network/")]


def inner(cloud):
    return cloud.network.routers.where(name=INNER)[0]


def test_all_gateways_move_with_their_addresses_and_come_back(clouds):
    before = [contents(cloud) for cloud in (clouds.old, clouds.new)]
    further = inner(clouds.old)["~further"]
    plan = draft(clouds)
    move = executed(clouds, plan, "router")
    assert inner(clouds.old)["external_gateway_info"] is None and not inner(clouds.old)["~further"]
    addresses = [each["external_fixed_ips"][0]["ip_address"] for each in further]
    found = [each["external_fixed_ips"][0]["ip_address"] for each in inner(clouds.new)["~further"]]
    assert found == addresses and addresses
    assert unexpected(move, plan.items.get(type="router", name=INNER)) == set()
    roll_back(move)
    assert network_lines(before[0], clouds.old) == []
    assert network_lines(before[1], clouds.new) == []


def test_a_destination_with_one_gateway_a_router_names_the_further_ones(clouds):
    release = clouds.new.release
    lacking = {"external-gateway-multihoming"}
    clouds.new.release = replace(release, extensions=release.extensions - lacking)
    plan = draft(clouds)
    item = plan.items.get(type="router", name=INNER)
    assert [x["field"] for x in item.losses] == ["further_gateways"]
    move = executed(clouds, plan, "router")
    assert unexpected(move, item) == set()


def test_proxies_move_with_the_gateway_and_come_back(clouds, proxied):
    before = contents(clouds.old)
    plan = draft(clouds)
    move = executed(clouds, plan, "router")
    assert not clouds.old.network.proxies.rows
    proxy = next(iter(clouds.new.network.proxies.rows.values()))
    assert clouds.new.network.ports.get(proxy["port_id"])["name"] == f"{NAME}-port-1"
    assert (proxy["name"], proxy["router_id"]) == ("till", inner(clouds.new)["id"])
    assert unexpected(move, plan.items.get(type="router", name=INNER)) == set()
    roll_back(move)
    assert network_lines(before, clouds.old) == []


def test_proxies_that_the_destination_refuses_are_a_loss(clouds, proxied):
    wide = clouds.new.network.networks.where(name=WIDE)[0]
    subnet = clouds.new.network.subnets.where(network_id=wide["id"])[0]
    plan = draft(clouds)
    clouds.new.network.subnets.forget(subnet)
    cidr = {"ip_version": 4, "cidr": "198.18.0.0/24", "enable_dhcp": False}
    made(clouds.new, "subnets", "subnet", network_id=wide["id"], **cidr)
    plan.options = {"addresses": "new"}
    plan.save()
    move = executed(clouds, plan, "router")
    item = plan.items.get(type="router", name=INNER)
    assert {"enable_ndp_proxy", "ndp_proxies"} <= {x["field"] for x in item.losses}
    assert not clouds.new.network.proxies.rows
    assert unexpected(move, item) == {"external_gateway_info"}
