"""What types make of networks that are nobody's, as those of nova-network are."""

from types import SimpleNamespace
from typing import Any

import pytest

from dashboard.migrations_app.resources.network.common.pools_outside import beside_router
from dashboard.migrations_app.resources.network.common.shared_addresses import (
    destination_network_id,
)
from dashboard.migrations_app.resources.network.network import Network
from dashboard.migrations_app.resources.network.rbac_policy import RbacPolicy
from dashboard.migrations_app.resources.network.router import Router
from dashboard.migrations_app.resources.network.security_group import SecurityGroup
from dashboard.migrations_app.resources.network.subnet import Subnet
from dashboard.migrations_app.resources.records import CREATE, MAP, SKIP, Decision, Record

FLAT = {"id": "n", "name": "novanet", "project_id": "", "router:external": False}
POLICY = {
    **{"object_type": "network", "object_id": "n", "action": "access_as_shared"},
    **{"target_tenant": "t", "is_of_nobody": False, "waits_for": [], "is_everybodys": True},
}


def record(type_name: str, *, shared: bool = True, **fields: Any) -> Record:
    return Record(type=type_name, id="x", name="novanet", fields=fields, shared=shared)


class Reader:
    """A cloud with these rows by collection; filters are those of equal attributes."""

    cloud = SimpleNamespace(name="new")
    extensions = frozenset({"rbac-policies"})
    options: dict[str, str] = {}

    def __init__(self, *, ids: dict[tuple[str, str], str] | None = None, **rows: Any) -> None:
        self.destination_ids = ids or {}
        self.rows = rows
        self.networks, self.routers = rows.get("networks", []), rows.get("routers", [])
        found = next(iter(self.networks), None)
        self.cloud = SimpleNamespace(name="new", find=lambda *_: found)

    def matching(self, path: str, key: str, attribute: str, values: Any) -> list[Any]:
        return [row for row in self.rows.get(key, []) if row.get(attribute) in values]

    def list(self, service: str, path: str, key: str, **query: Any) -> list[Any]:
        rows = self.rows.get(key, [])
        return [row for row in rows if all(row.get(name) == v for name, v in query.items())]


def test_a_network_of_nobody_is_created_although_it_is_not_the_tenants():
    decision = Network().decide(record("network", **FLAT), "", Reader())
    assert (decision.action, decision.problem) == (CREATE, "")


def test_a_network_of_another_project_must_be_there():
    fields = {**FLAT, "project_id": "operators"}
    decision = Network().decide(record("network", **fields), "", Reader())
    assert "no network named 'novanet'" in decision.problem


def test_a_network_of_nobody_is_mapped_by_choice():
    there = Reader(networks=[{"id": "r1", "name": "rack-1"}])
    decision = Network().decide(record("network", **FLAT), "rack-1", there)
    assert (decision.action, decision.destination_id) == (MAP, "r1")


def test_what_neutron_does_not_have_of_a_network_is_lost_with_a_reason():
    fields = {
        **FLAT,
        "multi_host": True,
        "nova_conf": ["dmz_cidr"],
        "vpn": [],
        "cidr_v6": "fd00::/64",
    }
    lost = {loss.field: loss.reason for loss in Network().losses(record("network", **fields), None)}
    assert [*lost] == ["multi_host", "nova_conf", "cidr_v6"]
    assert not [reason for reason in lost.values() if "does not know" in reason]


@pytest.mark.parametrize(("cidr", "action"), [("10.20.0.0/24", MAP), ("10.21.0.0/24", CREATE)])
def test_a_subnet_of_a_mapped_network_is_mapped_to_its_equal(cidr, action):
    there = Reader(
        ids={("network", "n"): "r1"},
        subnets=[{"id": "s1", "network_id": "r1", "cidr": "10.20.0.0/24"}],
    )
    decision = Subnet().decide(record("subnet", network_id="n", cidr=cidr), "", there)
    assert decision.action == action


def test_pools_that_follow_the_servers_are_an_expected_difference():
    fields = {"allocation_pools": [], "taken_addresses": ["10.20.0.50"]}
    [loss] = Subnet().losses(record("subnet", **fields), None)
    assert loss.field == "allocation_pools"


def test_a_namesake_on_the_destination_is_not_taken_for_the_copy_of_nobodys_network():
    there = Reader(networks=[{"id": "other", "name": "novanet"}])
    assert destination_network_id("n", Reader(networks=[FLAT]), there) == ""
    of_operators = {**FLAT, "project_id": "operators"}
    assert destination_network_id("n", Reader(networks=[of_operators]), there) == "other"


def test_who_makes_the_copy_of_a_network_needs_no_grant_of_it():
    policy = record("rbac_policy", **POLICY)
    mine = RbacPolicy().resolve_dependencies(policy, Decision(), lambda *_: Decision())
    assert (mine.action, mine.reason) == (SKIP, "What it grants is the tenant's own there.")
    later = Decision(action="keep", destination_id="c")
    others = RbacPolicy().resolve_dependencies(policy, Decision(), lambda *_: later)
    assert others.action == CREATE


@pytest.mark.parametrize(("owner", "action"), [("mine", SKIP), ("theirs", CREATE)])
def test_a_later_plan_grants_what_another_tenant_has_made(owner, action):
    there = Reader(
        ids={("network", "n"): "c", ("project", "t"): "mine"},
        networks=[{"id": "c", "project_id": owner}],
    )
    assert RbacPolicy().decide(record("rbac_policy", **POLICY), "", there).action == action


def test_the_address_of_hosts_outside_is_lost():
    fields = {"external_gateway_info": {"network_id": "p", "external_fixed_ips": []}}
    [loss] = Router().losses(record("router", **fields), Reader())
    assert loss.field == "external_gateway_info"
    assert not [*Router().losses(record("router", shared=False, **fields), Reader())]


def test_rules_of_default_groups_are_named():
    fields = {"security_group_rules": [], "default_rules": ["icmp from 0.0.0.0/0"]}
    group = record("security_group", shared=False, **fields)
    [loss] = SecurityGroup().losses(group, Reader())
    assert "openstack default security group rule create" in loss.reason


@pytest.mark.parametrize(("there", "is_blocked"), [("ext-1", False), ("ext-2", True)])
def test_an_address_of_a_pool_to_which_the_router_does_not_lead_is_blocked(there, is_blocked):
    router = {"id": "r", "project_id": "", "external_gateway_info": {"network_id": "public"}}
    source = Reader(routers=[router], networks=[])
    ids = {("network", "public"): "ext-1", ("network", "partners"): there}
    address = record("floating_ip", router_id="r", floating_network_id="partners")
    assert bool(beside_router(address, source, Reader(ids=ids))) is is_blocked
