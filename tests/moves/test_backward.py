"""A removal that fails for ever: the source runs as before, and all else is removed."""

from typing import Any

import pytest

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.resources.registry import resource_type, resource_types
from dashboard.migrations_app.verbs.execute import Execute
from dashboard.migrations_app.verbs.rollback import Rollback
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moving import fresh, run
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
# of what a removal that fails is left on the source: only the copy's data, to be removed with it
TEMPORARY = ("image/", "volume/")


def refuse(*args: Any, **kwargs: Any) -> None:
    raise NeedsOperator("It does not want to go.")


def roll_back(plan: Plan, *, state: str) -> None:
    run(Rollback().start(fresh(plan), confirmation=plan.tenant_name), state=state)


@pytest.mark.parametrize("stuck", ["all", "server", "network"])
def test_the_source_is_as_before_though_a_removal_fails_for_ever(clouds, monkeypatch, stuck):
    before = contents(clouds.old)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    for name in resource_types() if stuck == "all" else [stuck]:
        monkeypatch.setattr(resource_type(name), "remove", refuse)
    roll_back(plan, state="failed")
    found = changes_between(before, contents(clouds.old))
    assert [line for line in found if not line.startswith(TEMPORARY)] == []
    monkeypatch.undo()


def test_copies_are_halted_before_the_sources_servers_run(clouds, monkeypatch):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    monkeypatch.setattr(resource_type("server"), "remove", refuse)
    roll_back(plan, state="failed")
    project = clouds.new.identity.projects.where(name=NAME)[0]["id"]
    copies = clouds.new.compute.servers.where(tenant_id=project)
    assert [row["status"] for row in copies] == ["SHUTOFF"] * 2
    addresses = clouds.new.network.floating_ips.where(project_id=project)
    assert not any(row["port_id"] for row in addresses)


def test_a_rollback_that_stopped_half_way_is_not_executed_over(clouds, monkeypatch):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    monkeypatch.setattr(resource_type("server"), "remove", refuse)
    roll_back(plan, state="failed")
    refused = Execute().plan_refusal(fresh(plan))
    assert refused is not None and "has begun to roll this move back" in refused.sentence


def test_an_address_that_was_allocated_since_does_not_keep_the_source_down(clouds):
    """Somebody's new port has a floating IP through the copy of the router, whose gateway stays."""
    before = contents(clouds.old)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    there = clouds.destination_session
    network, public = (
        clouds.new.network.networks.where(name=name)[0] for name in (f"{NAME}-net", "public")
    )
    port = there.post("network", "/ports", {"port": {"network_id": network["id"]}}, "port")
    body = {"floating_network_id": public["id"], "port_id": port["id"]}
    there.post("network", "/floatingips", {"floatingip": body})
    roll_back(plan, state="failed")
    after = contents(clouds.old)
    for rows, name in (("compute/servers", "status"), ("network/floatingips", "port_id")):
        for id_, row in before[rows].items():
            assert after[rows][id_][name] == row[name]
    gateways = [
        row["external_gateway_info"]["network_id"] for row in after["network/routers"].values()
    ]
    assert all(gateways)
