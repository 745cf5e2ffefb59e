"""The segment of a network on a physical network: lost unless it is chosen, and checked then."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moved_tenant import draft
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.seeded_until("network")]
PLAIN = f"{NAME}-plain"
CHOICE = {f"network:{PLAIN}": "segment"}
SEGMENT = {
    "provider:network_type": "vlan",
    "provider:physical_network": "physnet1",
    "provider:segmentation_id": 7,
}


@pytest.fixture
def network(clouds):
    [network] = clouds.old.network.networks.where(name=PLAIN)
    network.update(SEGMENT)
    return network


def block(plan):
    [found] = plan.findings.filter(severity="block")
    return found.sentence


def test_it_is_a_loss_and_verify_expects_it(clouds, network):
    plan = clouds.plan(NAME)
    losses = {
        each["field"]: each["value"] for each in plan.items.get(source_id=network["id"]).losses
    }
    assert SEGMENT.items() <= losses.items()
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_it_is_kept_by_choice(clouds, network):
    plan = clouds.plan(NAME, choices=CHOICE)
    assert plan.items.get(source_id=network["id"]).losses == []
    clouds.execute(plan)
    [copy] = clouds.new.network.networks.where(name=PLAIN)
    assert SEGMENT.items() <= copy.items()
    assert clouds.verify(plan) == []
    copy["provider:segmentation_id"] = 8
    assert clouds.verify(plan) == [("network", PLAIN, "provider:segmentation_id")]


def test_one_that_is_taken_blocks_the_plan(clouds, network):
    [other] = clouds.new.network.networks.where(name="other-plain")
    other.update(SEGMENT)
    plan = draft(clouds, **CHOICE)
    assert plan.state == Plan.State.BLOCKED
    assert block(plan) == (
        "Network other-plain of cloud new is vlan 7 on physical network physnet1 already."
    )


def test_a_physical_network_that_no_agent_has_blocks_the_plan(clouds, network):
    clouds.new.network.networks.physical_networks = {"racks"}
    assert block(draft(clouds, **CHOICE)) == "No agent of cloud new has physical network physnet1."


def test_one_that_is_not_physical_blocks_the_plan(clouds):
    plan = draft(clouds, **CHOICE)
    assert block(plan) == (
        f"Network {PLAIN} is not on a physical network: it has no segment to keep."
    )
