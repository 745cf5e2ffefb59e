"""Servers arrive with the sizes that they run with, or the plan names what changes."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.moving import TwoClouds, two_clouds
from tests.support.cloud.seeds import NAME, tenant_between

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def clouds(tmp_path: Path) -> Iterator[TwoClouds]:
    """Serve two clouds, of which the old one has a tenant."""
    with two_clouds(tmp_path) as clouds:
        tenant_between(clouds.old, clouds.new)
        yield clouds


def blocks(plan: Plan) -> str:
    """Return what blocks a plan, as one text."""
    return "\n".join(plan.findings.filter(severity="block").values_list("sentence", flat=True))


def flavor_of(clouds: TwoClouds) -> Json:
    """Return the flavor that one server of the tenant runs on, in the source."""
    found: Json = clouds.old.compute.flavors.where(name="shop-small")[0]
    return found


def test_a_flavor_made_again_with_other_sizes_blocks_the_plan(clouds):
    flavor_of(clouds).update(vcpus=4, ram=8192)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    assert "shop-web-1 runs on flavor shop-small with vcpus 1, ram 64" in blocks(plan)


@pytest.mark.parametrize("told", [{"id": "gone"}, {}], ids=["a deleted id", "nothing"])
def test_a_deleted_flavor_of_an_old_nova_blocks_the_plan(clouds, told):
    def without_flavors(request: Request, answer: Answer) -> None:
        if request.path.endswith("/servers/detail"):
            for server in answer.body["servers"]:
                server["flavor"] = told

    clouds.old.on_answer = without_flavors
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.BLOCKED
    assert "shop-web-1 runs on flavor" in blocks(plan)
    assert "which was deleted" in blocks(plan)


def test_a_mapping_onto_another_size_is_named_and_seen(clouds):
    large = {**clouds.new.compute.flavors.where(name="m1.tiny")[0], "id": "large"}
    large.update({"name": "large", "vcpus": 4, "ram": 8192, "~access": []})
    clouds.new.compute.flavors.rows["large"] = large
    plan = clouds.plan(NAME, choices={"flavor:shop-small": "large"})
    assert plan.state == Plan.State.READY, blocks(plan)
    server = plan.items.get(type="server", name="shop-web-1")
    assert {"vcpus", "ram"} <= {loss["field"] for loss in server.losses}
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    seen = plan.differences.filter(name="shop-web-1", expected=True).values_list("field", flat=True)
    assert {"vcpus", "ram"} <= {*seen}
    assert "disk" not in seen
