"""A server is booted in the zone that was chosen, in that of its own name, or in any."""

import pytest

from dashboard.migrations_app.models import Plan
from tests.support.cloud.moved_tenant import blocks, draft, executed, unexpected
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db

ZONE, WEB = "OS-EXT-AZ:availability_zone", f"{NAME}-web-1"


def losses(plan: Plan) -> dict[str, str]:
    """Return the reasons of what the server loses, by field."""
    return {loss["field"]: loss["reason"] for loss in plan.items.get(name=WEB).losses}


def zone_of(clouds, plan: Plan) -> str:
    """Move the tenant and return the zone of the copy, which may differ only if that is named."""
    move = executed(clouds, plan, "server")
    item = plan.items.get(name=WEB)
    assert not unexpected(move, item)
    return str((move.row_of(item) or {})[ZONE])


def test_a_zone_of_the_same_name_is_taken(clouds):
    plan = draft(clouds)
    assert ZONE not in losses(plan)
    assert zone_of(clouds, plan) == "east"


def test_a_zone_that_was_chosen_is_taken_and_named(clouds):
    clouds.old.compute.servers.where(name=WEB)[0][ZONE] = "west"
    plan = draft(clouds, **{f"server:{WEB}": "east"})
    assert losses(plan)[ZONE] == "It is booted in zone east of cloud new, as chosen."
    assert zone_of(clouds, plan) == "east"


def test_without_a_zone_of_that_name_the_default_one_is_named(clouds):
    clouds.old.compute.servers.where(name=WEB)[0][ZONE] = "west"
    plan = draft(clouds)
    assert losses(plan)[ZONE] == (
        "There is no such zone on cloud new: it is booted in the default zone there."
    )
    assert zone_of(clouds, plan) == "nova"


def test_a_server_in_no_zone_of_its_own_asks_for_none(clouds):
    plan = draft(clouds)
    other = plan.items.get(name=f"{NAME}-web-2")
    assert other.resolution["availability_zone"] == ""
    assert ZONE not in {loss["field"] for loss in other.losses}


def test_a_zone_that_there_is_not_blocks_with_those_that_there_are(clouds):
    assert "Map server:shop-web-1 to one of: east, nova." in blocks(
        draft(clouds, **{f"server:{WEB}": "south"})
    )
