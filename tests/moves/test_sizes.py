"""Servers arrive with the sizes that they run with, or the plan names what changes."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.messages import Answer, Json, Request
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def blocks(plan: Plan) -> str:
    """Return what blocks a plan, as one text."""
    return "\n".join(plan.findings.filter(severity="block").values_list("sentence", flat=True))


def flavor_of(clouds: TwoClouds) -> Json:
    """Return the flavor that one server of the tenant runs on, in the source."""
    found: Json = clouds.old.compute.flavors.where(name="shop-small")[0]
    return found


def made_again(clouds: TwoClouds, **changes: object) -> Json:
    """Change the flavor under its servers, as one that was deleted and made again; return what
    these still run with."""
    [server] = clouds.old.compute.servers.where(name="shop-web-1")
    server["~flavor"].update({"OS-FLV-EXT-DATA:ephemeral": 2, "swap": 8})
    flavor_of(clouds).update({"vcpus": 4, "ram": 8192, **changes})
    found: Json = server["~flavor"]
    return found


def test_servers_keep_the_sizes_of_a_flavor_that_was_made_again_with_others(clouds):
    sizes = made_again(clouds)
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, blocks(plan)
    [warned] = plan.findings.filter(type="flavor").values_list("sentence", flat=True)
    assert "Flavor shop-small was deleted in the source, or made again" in warned
    before = {*clouds.new.compute.flavors.rows}
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [copy] = clouds.new.compute.servers.where(name="shop-web-1")
    names = ("vcpus", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral", "extra_specs")
    assert {name: copy["~flavor"][name] for name in names} == {name: sizes[name] for name in names}
    [made] = {*clouds.new.compute.flavors.rows} - before
    flavor = clouds.new.compute.flavors.get(made)
    assert flavor["name"].startswith("shop-small-1c-64m-1g-")
    assert flavor["os-flavor-access:is_public"] is False
    assert clouds.new.compute.flavors.access_of(made) == [copy["tenant_id"]]
    clouds.roll_back(plan)
    assert {*clouds.new.compute.flavors.rows} == before


def test_a_deleted_flavor_keeps_its_name_where_no_other_has_it(clouds):
    flavor = flavor_of(clouds)
    del clouds.old.compute.flavors.rows[flavor["id"]]
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, blocks(plan)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [copy] = clouds.new.compute.servers.where(name="shop-web-1")
    assert copy["~flavor"]["name"] == "shop-small"


def test_an_equal_flavor_of_the_destination_is_adopted_for_one_that_was_deleted(clouds):
    sizes = made_again(clouds)
    there = {**sizes, "id": "kept", "os-flavor-access:is_public": True}
    clouds.new.compute.flavors.rows["kept"] = there
    plan = clouds.plan(NAME)
    item = plan.items.get(type="flavor", name="shop-small")
    assert (item.action, item.destination_id) == ("adopt", "kept")


def test_the_operator_boots_what_only_administrators_may_and_the_owner_is_a_loss(clouds):
    [server] = clouds.old.compute.servers.where(name="shop-web-1")
    flavor_of(clouds)["disk"] = server["~flavor"]["disk"] = 0
    plan = clouds.plan(NAME)
    assert plan.state == Plan.State.READY, blocks(plan)
    assert "user_id" in {loss["field"] for loss in plan.items.get(source_id=server["id"]).losses}
    [warned] = plan.findings.filter(sentence__contains="size 0").values_list("sentence", flat=True)
    assert "Server shop-web-1 boots from an image on flavor shop-small" in warned
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    [copy] = clouds.new.compute.servers.where(name="shop-web-1")
    assert copy["user_id"] == clouds.destination_session.user_id
    assert copy["key_name"] == "ann-key"


def test_verify_sees_each_size(clouds):
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [copy] = clouds.new.compute.servers.where(name="shop-web-1")
    flavor = clouds.new.compute.flavors.get(copy["~flavor"]["id"])
    for name in ("vcpus", "ram", "disk", "swap", "OS-FLV-EXT-DATA:ephemeral"):
        copy["~flavor"][name] = flavor[name] = 99
    seen = {field for kind, name, field in clouds.verify(plan) if name == "shop-web-1"}
    assert seen >= {"vcpus", "ram", "disk", "swap", "ephemeral"}


def test_extra_specs_that_a_flavor_got_after_the_boot_are_named_and_seen(clouds):
    flavor_of(clouds)["extra_specs"] = {"hw:cpu_policy": "dedicated"}
    plan = clouds.plan(NAME)
    item = plan.items.get(type="server", name="shop-web-1")
    assert "extra_specs" in {loss["field"] for loss in item.losses}
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    assert plan.differences.filter(name="shop-web-1", field="extra_specs", expected=True).exists()


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
    large.update({"name": "large", "vcpus": 4, "ram": 8192})
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
