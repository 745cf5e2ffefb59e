"""A private volume type is open to two tenants: whichever moves first, both may use its copy."""

import pytest

from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
NEIGHBOUR, FAST = f"{NAME}-neighbour", f"{NAME}-fast"
CREATING = {f"volume_type:{FAST}": "create"}


def allowed(clouds):
    """Return the names of the projects that may use the tenant's type on the destination."""
    projects, types = clouds.new.identity.projects.rows, clouds.new.block_storage.types
    [type_] = types.where(name=FAST)
    return {projects[id_]["name"] for id_ in types.access_of(type_["id"])}


def test_the_plan_of_who_moves_later_has_it(clouds):
    first = clouds.plan(NAME, choices=CREATING)
    [waiting] = first.items.filter(type="volume_type_access", action="skip")
    assert waiting.losses[0]["reason"] == f"It comes when project {NEIGHBOUR} moves."
    clouds.execute(first)
    assert allowed(clouds) == {NAME}
    second = clouds.plan(NEIGHBOUR)
    clouds.execute(second)
    assert allowed(clouds) == {NAME, NEIGHBOUR}
    assert clouds.verify(second) == []
    clouds.roll_back(second)
    assert allowed(clouds) == {NAME}


def test_a_rollback_leaves_no_type(clouds):
    clouds.execute(clouds.plan(NEIGHBOUR))
    plan = clouds.plan(NAME, choices=CREATING)
    clouds.execute(plan)
    assert allowed(clouds) == {NAME, NEIGHBOUR}
    clouds.roll_back(plan)
    assert clouds.new.block_storage.types.where(name=FAST) == []
    assert clouds.new.block_storage.qos_specs.where(name=f"{NAME}-slow") == []
