"""What a tenant shares is never shared with more than before."""

import pytest

from tests.support.cloud.messages import Json
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def share(clouds: TwoClouds, target: str) -> Json:
    """Share the tenant's network, and return it."""
    network = clouds.old.network.networks.where(name="shop-net")[0]
    clouds.old.network.policies.share(network, target)
    return network


def test_a_network_shared_with_one_project_is_not_shared_with_everybody(clouds):
    operators = clouds.source_session.project_id
    network = share(clouds, operators)
    plan = clouds.plan(NAME)
    skipped = plan.items.filter(type="rbac_policy", action="skip", fields__target_tenant=operators)
    assert [item.fields["object_id"] for item in skipped] == [network["id"]]
    clouds.execute(plan)
    there = clouds.new.network.networks.where(name="shop-net")[0]
    assert clouds.new.network.policies.of(there) == []
    assert clouds.verify(plan) == []


def test_a_network_shared_with_everybody_stays_so_and_verify_sees_it(clouds):
    network = clouds.old.network.networks.where(name="shop-net")[0]
    share(clouds, "*")
    plan = clouds.plan(NAME)
    assert plan.items.get(source_id=network["id"]).fields["shared"] is True
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    there = clouds.new.network.networks.where(name="shop-net")[0]
    [policy] = clouds.new.network.policies.of(there)
    policy["target_tenant"] = clouds.destination_session.project_id
    assert clouds.verify(plan) == [("network", "shop-net", "shared")]


def test_a_group_shared_with_a_project_is_named(clouds):
    group = clouds.old.network.groups.where(name="web", description="port 80")[0]
    clouds.old.network.policies.share(group, "another-project", "security_group")
    plan = clouds.plan(NAME)
    [item] = plan.items.filter(type="rbac_policy", fields__object_id=group["id"])
    assert item.losses[0]["reason"] == "Its project no longer exists."
