"""Routers of kinds that only an administrator chooses, and zones, between two clouds in memory."""

from dataclasses import replace

import pytest

from tests.support.cloud.messages import Refused
from tests.support.cloud.moved_tenant import draft, executed, unexpected
from tests.support.cloud.network.routers import Routers
from tests.support.cloud.seeds import NAME

pytestmark = [pytest.mark.django_db, pytest.mark.seeded_until("network")]
INNER = f"{NAME}-inner"


def without(cloud, *aliases):
    cloud.release = replace(cloud.release, extensions=cloud.release.extensions - {*aliases})


def losses(plan, type_name="router", name=INNER):
    return {x["field"]: x["reason"] for x in plan.items.get(type=type_name, name=name).losses}


def copy_of(clouds, name=INNER):
    return clouds.new.network.routers.where(name=name)[0]


def test_the_kind_and_the_zone_of_a_router_are_kept(clouds):
    plan = draft(clouds)
    moved = executed(clouds, plan, "router")
    kind = {"ha": True, "distributed": True, "enable_default_route_bfd": True}
    assert kind.items() <= copy_of(clouds).items()
    assert copy_of(clouds)["availability_zone_hints"] == ["nova"]
    assert unexpected(moved, plan.items.get(type="router", name=INNER)) == set()


def test_a_kind_that_the_destination_does_not_know_is_named(clouds):
    without(clouds.new, "l3-ha", "enable-default-route-bfd")
    plan = draft(clouds)
    assert losses(plan).keys() == {"ha", "enable_default_route_bfd"}
    executed(clouds, plan, "router")
    assert copy_of(clouds)["distributed"]


def test_a_kind_that_the_destination_cannot_serve_is_left_to_it(clouds, monkeypatch):
    made = Routers.prepare

    def refuse(self, row, given, request):
        if row["ha"]:
            raise Refused(409, "Not enough l3 agents available to ensure HA.")
        made(self, row, given, request)

    monkeypatch.setattr(Routers, "prepare", refuse)
    plan = draft(clouds)
    executed(clouds, plan, "router")
    assert not copy_of(clouds)["ha"]
    assert "Not enough l3 agents" in losses(plan)["ha"]


@pytest.mark.parametrize(("type_name", "name"), [("router", INNER), ("network", f"{NAME}-net")])
def test_a_zone_that_the_destination_does_not_have_is_named(clouds, type_name, name):
    clouds.new.network.zones = ("elsewhere",)
    plan = draft(clouds)
    reason = losses(plan, type_name, name)["availability_zone_hints"]
    assert reason == f"Cloud new has no such zone for a {type_name}."
    executed(clouds, plan, "router")
    assert copy_of(clouds)["availability_zone_hints"] == []


def test_a_helper_that_the_destination_is_not_configured_for_is_a_loss(clouds):
    helper = next(iter(clouds.old.network.helpers.rows.values()))
    helper["helper"] = "sip"
    plan = draft(clouds)
    moved = executed(clouds, plan, "router")
    item = plan.items.get(type="router", name=INNER)
    assert "sip is not allowed" in losses(plan)["conntrack_helpers"]
    assert unexpected(moved, item) == set()
