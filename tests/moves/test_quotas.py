"""A tenant's limits move before all else, so that the destination's defaults stop nothing."""

import pytest

from dashboard.migrations_app.models import Plan, PlanItem
from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
SERVICES = ("compute", "network", "block_storage")
# of each of these the seeded tenant uses more
LOW = {
    "compute": {"instances": 1, "cores": 1, "ram": 1},
    "network": dict.fromkeys(("network", "port", "floatingip", "security_group", "router"), 0),
    "block_storage": {"volumes": 0, "gigabytes": 0, "volumes_nfs": 0, "gigabytes_nfs": 0},
}


def limits(clouds: TwoClouds, service: str) -> dict[str, int]:
    """Return what is set for the tenant's project on the destination."""
    [project] = clouds.new.identity.projects.where(name=NAME)
    return clouds.new.quotas.own(service).get(project["id"], {})


def item(plan: Plan, service: str) -> PlanItem:
    return plan.items.get(type=f"{service}_quota")


def test_defaults_that_are_too_low_do_not_stop_a_tenant(clouds):
    for service, low in LOW.items():
        clouds.new.quotas.set_default(service, **low)
    before = contents(clouds.new)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert limits(clouds, "compute") == {"cores": 40, "instances": 21, "ram": 51200}
    assert clouds.verify(plan) == []
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_what_a_tenant_has_by_default_follows_the_defaults_there(clouds):
    clouds.new.quotas.set_default("compute", key_pairs=7, ram=70000)
    clouds.execute(clouds.plan(NAME))
    assert limits(clouds, "compute") == {"cores": 40, "instances": 21}


def test_the_limits_there_stay_when_they_are_chosen(clouds):
    plan = clouds.plan(NAME, choices={f"compute_quota:{NAME}": "destination"})
    clouds.execute(plan)
    assert item(plan, "compute").action == PlanItem.Action.SKIP
    assert limits(clouds, "compute") == {}
    assert limits(clouds, "network") == {"network": 33, "floatingip": -1}


def test_a_project_that_is_there_keeps_its_limits(clouds):
    project = clouds.new.identity.projects.add({"name": NAME})
    clouds.new.quotas.own("compute")[project["id"]] = {"cores": 50}
    clouds.execute(clouds.plan(NAME, choices={f"project:{NAME}": "adopt"}))
    assert limits(clouds, "compute") == {"cores": 50}
    assert limits(clouds, "network") == {}


def test_a_limit_below_what_is_used_leaves_room_for_that(clouds):
    [project] = clouds.old.identity.projects.where(name=NAME)
    clouds.old.quotas.own("compute")[project["id"]]["instances"] = 1
    plan = clouds.plan(NAME)
    assert {loss["value"]["instances"] for loss in item(plan, "compute").losses} == {1}
    clouds.execute(plan)
    assert limits(clouds, "compute")["instances"] == 2
    assert clouds.verify(plan) == []


def test_a_limit_that_the_destination_does_not_know_is_named(clouds):
    clouds.old.block_storage.types.add("gold")
    [project] = clouds.old.identity.projects.where(name=NAME)
    clouds.old.quotas.own("block_storage")[project["id"]]["gigabytes_gold"] = 5
    plan = clouds.plan(NAME)
    [loss] = item(plan, "block_storage").losses
    assert (loss["field"], loss["value"]) == ("gigabytes_gold", 5)
    clouds.execute(plan)
    assert "gigabytes_gold" not in limits(clouds, "block_storage")
    assert clouds.verify(plan) == []


def test_the_source_forgets_the_limits_of_a_project_that_is_deleted(clouds):
    [project] = clouds.old.identity.projects.where(name=NAME)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    clouds.verify(plan)
    clouds.finalize(plan)
    assert not any(project["id"] in clouds.old.quotas.own(service) for service in SERVICES)


def test_the_limit_of_a_volume_type_becomes_that_of_the_type_which_volumes_get(clouds):
    [project] = clouds.old.identity.projects.where(name=NAME)
    [volume] = clouds.old.block_storage.volumes.where(name=f"{NAME}-data")
    own = clouds.old.quotas.own("block_storage")[project["id"]]
    own[f"gigabytes_{volume['volume_type']}"] = 400
    clouds.new.block_storage.types.add("gold")
    plan = clouds.plan(NAME, choices={f"volume_type:{volume['volume_type']}": "gold"})
    clouds.execute(plan)
    assert limits(clouds, "block_storage")["gigabytes_gold"] == 400
    assert clouds.verify(plan) == []
