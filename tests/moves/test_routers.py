"""A tenant whose network hangs on a router of another project."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from dashboard.migrations_app.verbs.finalize import Finalize
from tests.support.cloud.moving import TwoClouds, fresh, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds; the tenant's router on the old one belongs to the operator's project."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new, until="network")
        router = clouds.old.network.routers.where(name="shop-router")[0]
        admins = clouds.source_session.project_id
        router.update(project_id=admins, tenant_id=admins, routes=[])
        for port in clouds.old.network.ports.where(device_id=router["id"]):
            port.update(project_id=admins, tenant_id=admins)
        yield clouds


def test_what_the_router_did_is_named_before_anything_is_released(clouds):
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, [*plan.findings.values_list("sentence", flat=True)]
    warned = "\n".join(plan.findings.filter(severity="warn").values_list("sentence", flat=True))
    assert "Subnet shop-desks is connected to router" in warned
    assert "of another project, which is not migrated: it is disassociated" in warned
    door = clouds.old.network.floating_ips.where(description="the shop's door")[0]
    losses = plan.items.get(source_id=door["id"]).losses
    assert {loss["field"] for loss in losses} >= {"port_id", "fixed_ip_address"}


def test_finalize_disconnects_the_router_as_its_list_says(clouds):
    plan = clouds.plan(NAME)
    router = clouds.old.network.routers.where(name="shop-router")[0]
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    line = f"interface of another project's router {router['id']} on subnet shop-desks"
    assert line in Finalize().touched(fresh(plan))
    clouds.finalize(plan)
    assert not clouds.old.network.subnets.where(name="shop-desks")
    assert not clouds.old.identity.projects.where(name=NAME)
    assert router["id"] in clouds.old.network.routers.rows


def test_finalize_leaves_a_router_that_was_connected_since_the_plan(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    plan.items.filter(type="subnet").update(
        fields={**plan.items.get(name="shop-desks").fields, "routers_of_others": []}
    )
    job = clouds.finalize(plan, state="failed")
    assert "allocation from this subnet" in job.explanation
    assert clouds.old.network.subnets.where(name="shop-desks")
