"""What somebody else has made before, or meanwhile, is adopted and outlives a rollback."""

import pytest

from dashboard.clients.openstack import CloudSession
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
FLAVOR = f"{NAME}-small"
MEMBER = "member"


@pytest.fixture
def there(clouds: TwoClouds) -> CloudSession:
    return clouds.destination_session


def make_flavor(there: CloudSession, *, ram: int, public: bool) -> str:
    """Make the tenant's flavor on the destination, as somebody else does; return its id."""
    body = {"name": FLAVOR, "ram": ram, "vcpus": 1, "disk": 1, "swap": 8}
    body["os-flavor-access:is_public"] = public
    made = there.post("compute", "/flavors", {"flavor": body}, "flavor")
    specs = {"extra_specs": {"hw_rng:allowed": "true"}}
    there.post("compute", f"/flavors/{made['id']}/os-extra_specs", specs)
    return str(made["id"])


def publish_flavor(clouds: TwoClouds) -> None:
    """Make the tenant's flavor on the source public."""
    [flavor] = clouds.old.compute.flavors.where(name=FLAVOR)
    flavor["os-flavor-access:is_public"] = True


def test_an_equal_flavor_that_appears_after_the_plan_is_adopted_and_stays(clouds, there):
    publish_flavor(clouds)
    plan = clouds.plan(NAME)
    id_ = make_flavor(there, ram=64, public=True)
    clouds.execute(plan)
    clouds.roll_back(plan)
    assert there.find("compute", f"/flavors/{id_}", "flavor")


def test_another_flavor_of_the_name_stops_the_move_in_one_sentence_and_stays(clouds, there):
    publish_flavor(clouds)
    plan = clouds.plan(NAME)
    id_ = make_flavor(there, ram=128, public=True)
    job = clouds.execute(plan, state="failed")
    [step] = job.steps.filter(group="flavor", action="create").exclude(state="done")
    assert f"Cloud new has another flavor {FLAVOR}: ram differ" in step.error
    job.state = "cancelled"
    job.save()
    clouds.roll_back(plan)
    assert there.find("compute", f"/flavors/{id_}", "flavor")


def test_a_flavor_keeps_the_sources_id(clouds):
    clouds.execute(clouds.plan(NAME))
    [old], [new] = (c.compute.flavors.where(name=FLAVOR) for c in (clouds.old, clouds.new))
    assert new["id"] == old["id"]


def test_a_flavor_gets_a_new_id_where_the_sources_is_taken(clouds, there):
    [old] = clouds.old.compute.flavors.where(name=FLAVOR)
    taken = {"name": "another", "id": old["id"], "ram": 1, "vcpus": 1, "disk": 1}
    there.post("compute", "/flavors", {"flavor": taken})
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [new] = clouds.new.compute.flavors.where(name=FLAVOR)
    assert new["id"] != old["id"]
    clouds.roll_back(plan)
    assert [each["name"] for each in clouds.new.compute.flavors.where(id=old["id"])] == ["another"]


def test_a_role_that_an_adopted_user_has_already_is_not_revoked(clouds, there):
    project = there.post("identity", "/projects", {"project": {"name": NAME}}, "project")
    user = there.post("identity", "/users", {"user": {"name": f"{NAME}-gone"}}, "user")
    roles = {each["name"]: each["id"] for each in there.list("identity", "/roles", "roles")}
    there.put("identity", f"/projects/{project['id']}/users/{user['id']}/roles/{roles[MEMBER]}")
    before = there.list("identity", "/role_assignments", "role_assignments")
    plan = clouds.plan(NAME, choices={f"project:{NAME}": "adopt"})
    clouds.execute(plan)
    clouds.roll_back(plan)
    after = there.list("identity", "/role_assignments", "role_assignments")
    assert [each["links"] for each in after] == [each["links"] for each in before]
