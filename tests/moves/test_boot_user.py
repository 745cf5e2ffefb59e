"""Servers that only administrators may boot are booted by the operator, and that is named."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, of which the old one has a tenant with a server on an external network."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        network = clouds.old.network
        [server] = clouds.old.compute.servers.where(name="shop-web-1")
        [public] = network.networks.where(name="public")
        [subnet] = network.subnets.where(network_id=public["id"])
        [port] = network.ports.where(name="visitor")
        address = {"subnet_id": subnet["id"], "ip_address": "172.24.4.200"}
        port.update(network_id=public["id"], fixed_ips=[address])
        port.update(device_id=server["id"], device_owner="compute:nova")
        server["~ports"].append(port["id"])
        yield clouds


def test_the_operator_connects_a_server_to_an_external_network(clouds):
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    item = plan.items.get(type="server", name="shop-web-1")
    assert "user_id" in {loss["field"] for loss in item.losses}
    assert plan.findings.filter(sentence__startswith="Server shop-web-1 has a port on an external")
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [copy] = clouds.new.compute.servers.where(name="shop-web-1")
    assert copy["user_id"] == clouds.destination_session.user_id
