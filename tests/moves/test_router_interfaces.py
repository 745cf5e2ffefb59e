"""An interface of a router that is not at its subnet's gateway: a port is made for it first."""

import pytest

from tests.support.cloud.contents import contents
from tests.support.cloud.messages import Json, Refused
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.network.routers import Routers
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("network")]
SIDE = "10.2.0.77"


def side_ports(clouds: TwoClouds) -> list[Json]:
    """Return the ports of the new cloud with the address of that interface."""
    [network] = clouds.new.network.networks.where(name=f"{NAME}-plain")
    ports = clouds.new.network.ports.where(network_id=network["id"])
    return [port for port in ports if SIDE in {x["ip_address"] for x in port["fixed_ips"]}]


def test_its_port_has_no_group_so_that_a_rollback_may_delete_these_first(clouds):
    clouds.execute(clouds.plan(NAME))
    [port] = side_ports(clouds)
    assert port["device_owner"] == "network:router_interface"
    assert port["security_groups"] == []


def test_a_port_that_was_never_connected_goes_with_the_rollback(clouds, monkeypatch):
    before = contents(clouds.old), contents(clouds.new)
    plan = clouds.plan(NAME)
    with monkeypatch.context() as patch:
        patch.setattr(Routers, "_by_port", full)
        clouds.execute(plan, state="failed")
    assert [port["device_id"] for port in side_ports(clouds)] == [""]
    clouds.roll_back(plan)
    assert (contents(clouds.old), contents(clouds.new)) == before


def full(*_: object) -> None:
    """Refuse to connect a port."""
    raise Refused(409, "No room for another interface.", kind="Conflict")
