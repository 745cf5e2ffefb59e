"""What the product writes to nova-network, by HTTP to the stand-in."""

import copy
from collections.abc import Iterator

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.errors import PumphouseError
from tests.support.juno.cloud import JunoCloud, running_juno
from tests.support.juno.networks import in_vlan_mode

ACME = "5900a9f21ccb4f45900ea62f904f58d8"


@pytest.fixture
def juno() -> Iterator[JunoCloud]:
    with running_juno() as cloud:
        yield cloud


@pytest.fixture
def operator(juno: JunoCloud) -> CloudSession:
    return CloudSession(juno.access())


def test_an_address_is_led_back_by_an_operator_who_lends_itself_a_role(juno, operator):
    grants = copy.deepcopy(juno.state["keystone"]["grants"])
    addresses = copy.deepcopy(juno.state["nova_network"]["addresses"])
    query = {"floating_ip_address": "172.24.4.225"}
    [web] = operator.list("network", "/floatingips", "floatingips", **query)
    path, was = f"/floatingips/{web['id']}", {"port_id": web["port_id"]}
    away = operator.put("network", path, {"floatingip": {"port_id": None}})["floatingip"]
    assert away["port_id"] is None
    assert juno.state["nova_network"]["addresses"] != addresses
    assert operator.put("network", path, {"floatingip": was})["floatingip"] == web
    assert juno.state["nova_network"]["addresses"] == addresses
    assert juno.state["keystone"]["grants"] == grants
    operator.delete("network", path)
    assert operator.find("network", path, "floatingip") is None


def test_a_group_goes_after_its_servers(juno, operator):
    groups = operator.list("network", "/security-groups", "security_groups", project_id=ACME)
    [web] = [group for group in groups if group["name"] == "web"]
    path = f"/security-groups/{web['id']}"
    with pytest.raises(PumphouseError, match="still in use"):
        operator.delete("network", path)
    juno.state["nova"]["servers"] = []
    operator.delete("network", path)
    assert operator.find("network", path, "security_group") is None


def test_a_vlan_becomes_free(juno, operator):
    in_vlan_mode(juno)
    [network] = operator.list("network", "/networks", "networks", project_id=ACME)
    operator.delete("network", f"/networks/{network['id']}")
    assert not [*operator.list("network", "/networks", "networks", project_id=ACME)]
