"""How many calls of the clouds' APIs a move costs: lists per type, not per object."""

from collections import Counter
from typing import Any

import pytest

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from tests.lab.conftest import run

MOST_CALLS_AN_OBJECT = 2.5
WITH_DATA = ("image", "volume", "server")
NETWORKS = 12


@pytest.fixture(scope="module")
def tenant(seed, source):
    """A tenant without servers, but with many networks, subnets, ports and groups."""
    tenant = seed(servers=0, volumes=0)
    for number in range(NETWORKS):
        add_network(source, tenant["id"], number)
    return tenant


def add_network(source: CloudSession, project_id: str, number: int) -> None:
    def make(collection: str, key: str, **fields: Any) -> str:
        body = {key: {"project_id": project_id, "name": f"{key}-{number}", **fields}}
        return str(source.post("network", f"/{collection}", body, key)["id"])

    network_id = make("networks", "network")
    cidr = f"10.99.{number}.0/24"
    make("subnets", "subnet", network_id=network_id, ip_version=4, cidr=cidr)
    make("ports", "port", network_id=network_id)
    group_id = make("security-groups", "security_group")
    rules = [
        {
            "security_group_id": group_id,
            "project_id": project_id,
            "direction": "ingress",
            "protocol": "tcp",
            "port_range_min": port,
            "port_range_max": port,
        }
        for port in (22, 80, 443)
    ]
    source.post("network", "/security-group-rules", {"security_group_rules": rules})


@pytest.fixture
def calls(monkeypatch) -> Counter[str]:
    """Count all calls of both clouds, by service."""
    counted: Counter[str] = Counter()
    call = CloudSession.call

    def counting(
        self: CloudSession, method: str, service: str, *arguments: Any, **named: Any
    ) -> Any:
        counted[service] += 1
        return call(self, method, service, *arguments, **named)

    monkeypatch.setattr(CloudSession, "call", counting)
    return counted


def test_a_type_without_data_costs_few_calls(tenant, plan_move, calls):
    plan: Plan = plan_move(tenant["name"])
    run(Execute().start(plan))
    made = sum(calls[service] for service in ("identity", "compute", "network"))
    created = plan.items.filter(action="create").exclude(type__in=WITH_DATA)
    assert created.count() > 4 * NETWORKS
    run(Rollback().start(plan, confirmation=tenant["name"]))
    assert made / created.count() <= MOST_CALLS_AN_OBJECT, calls
