"""An operator who is a member of the tenant stays one."""

import pytest

from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_operator_keeps_the_role_that_it_has_in_the_source(clouds):
    before = contents(clouds.new)
    [project] = clouds.old.identity.projects.where(name=NAME)
    here = clouds.source_session
    [role] = clouds.old.identity.roles.where(name="admin")
    path = f"/projects/{project['id']}/users/{here.user_id}/roles/{role['id']}"
    here.put("identity", path)
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    assert clouds.verify(plan) == []
    there = clouds.destination_session
    [copy] = clouds.new.identity.projects.where(name=NAME)
    query = {"scope.project.id": copy["id"], "user.id": there.user_id}
    assert len([*there.list("identity", "/role_assignments", "role_assignments", **query)]) == 1
    second = clouds.plan(NAME)
    assert not second.items.filter(action="create").exists()
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []
