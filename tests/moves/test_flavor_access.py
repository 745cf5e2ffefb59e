"""A private flavor is open to two tenants: whichever moves first, both may use its copy."""

import pytest

from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
NEIGHBOUR = f"{NAME}-neighbour"


def allowed(clouds):
    """Return the names of the projects that may use the tenant's flavor on the destination."""
    projects = clouds.new.identity.projects.rows
    [flavor] = clouds.new.compute.flavors.where(name=f"{NAME}-small")
    return {projects[id_]["name"] for id_ in clouds.new.compute.flavors.access_of(flavor["id"])}


def test_the_plan_of_who_moves_later_has_it(clouds):
    first = clouds.plan(NAME)
    [waiting] = first.items.filter(type="flavor_access", action="skip")
    assert waiting.losses[0]["reason"] == f"It comes when project {NEIGHBOUR} moves."
    clouds.execute(first)
    assert allowed(clouds) == {NAME}
    second = clouds.plan(NEIGHBOUR)
    clouds.execute(second)
    assert allowed(clouds) == {NAME, NEIGHBOUR}
    assert clouds.verify(second) == []
    clouds.roll_back(second)
    assert allowed(clouds) == {NAME}


def test_the_plan_of_who_uses_it_has_who_moved_before(clouds):
    clouds.execute(clouds.plan(NEIGHBOUR))
    second = clouds.plan(NAME)
    clouds.execute(second)
    assert allowed(clouds) == {NAME, NEIGHBOUR}
    assert clouds.verify(second) == []


def test_a_flavor_that_is_adopted_is_not_opened_to_others(clouds):
    [flavor] = clouds.old.compute.flavors.where(name=f"{NAME}-small")
    clouds.new.compute.flavors.rows["there"] = {**flavor, "id": "there"}
    clouds.execute(clouds.plan(NEIGHBOUR))
    clouds.execute(clouds.plan(NAME))
    assert allowed(clouds) == {NAME}
