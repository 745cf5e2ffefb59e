"""An image is shared between two tenants: whichever of them moves first, it is shared again."""

import pytest

from tests.support.cloud.journeys import between
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
NEIGHBOUR = f"{NAME}-neighbour"


@pytest.fixture
def clouds(tmp_path):
    with between(tmp_path, "queens", "2026.2") as clouds:
        yield clouds


def members_there(clouds):
    """Return the names of the projects with their answers, of what is shared on the destination."""
    projects = clouds.new.identity.projects.rows
    image = clouds.new.image.images.where(name=f"{NAME}-leaflet")
    members = clouds.new.image.members.of(image[0]["id"]) if image else {}
    return {projects[id_]["name"]: member["status"] for id_, member in members.items()}


def reasons(plan):
    items = plan.items.filter(type="image_member", action="skip")
    return [loss["reason"] for item in items for loss in item.losses]


def test_it_is_shared_by_the_plan_of_the_member_that_moves_later(clouds):
    first = clouds.plan(NAME)
    assert reasons(first) == [f"It comes when project {NEIGHBOUR} moves."]
    clouds.execute(first)
    assert members_there(clouds) == {}
    second = clouds.plan(NEIGHBOUR)
    clouds.execute(second)
    assert members_there(clouds) == {NEIGHBOUR: "accepted"}
    assert clouds.verify(second) == []
    clouds.finalize(second)
    assert len(clouds.old.image.images.where(name=f"{NAME}-leaflet")) == 1


def test_it_is_shared_by_the_plan_of_the_owner_that_moves_later(clouds):
    clouds.execute(clouds.plan(NEIGHBOUR))
    second = clouds.plan(NAME)
    assert reasons(second) == []
    clouds.execute(second)
    assert members_there(clouds) == {NEIGHBOUR: "accepted"}
    assert clouds.verify(second) == []
    clouds.roll_back(second)
    assert members_there(clouds) == {}


def test_a_next_plan_of_the_owner_has_it_once(clouds):
    clouds.execute(clouds.plan(NAME))
    clouds.execute(clouds.plan(NEIGHBOUR))
    again = clouds.plan(NAME)
    assert [*again.items.filter(type="image_member").values_list("action", flat=True)] == ["keep"]
