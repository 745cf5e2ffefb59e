"""Servers boot into the copies of their groups, also of a group that two tenants share."""

import pytest

from tests.moves.test_two_tenants import SECOND, clouds  # noqa: F401 - a fixture
from tests.support.cloud.messages import Json
from tests.support.cloud.moved_tenant import blocks, draft
from tests.support.cloud.moving import TwoClouds
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
GROUP = f"{NAME}-apart"


def with_members(two: TwoClouds) -> list[Json]:
    """Return the destination's groups of the tenant's that have members."""
    return [each for each in two.new.compute.groups.where(name=GROUP) if each["members"]]


def shared_group(two: TwoClouds, owner: str) -> None:
    """Put the second tenant's server into the first one's group, which becomes that tenant's."""
    [group] = [each for each in two.old.compute.groups.where(name=GROUP) if each["members"]]
    [project] = two.old.identity.projects.where(name=SECOND)
    [server] = two.old.compute.servers.where(tenant_id=project["id"])
    group["members"].append(server["id"])
    group["project_id"] = two.old.identity.projects.where(name=owner)[0]["id"]


@pytest.mark.parametrize("owner", [NAME, SECOND])
def test_a_group_that_two_tenants_share_is_created_once(clouds, owner):  # noqa: F811
    shared_group(clouds, owner)
    plans = []
    for name in (NAME, SECOND):
        plans.append(clouds.plan(name))
        clouds.execute(plans[-1])
    [group] = with_members(clouds)
    assert len(group["members"]) == 3
    assert [clouds.verify(plan) for plan in plans] == [[], []]


def test_groups_of_one_name_are_created_one_after_the_other(clouds):  # noqa: F811
    first, second = draft(clouds).items.filter(type="server_group").order_by("source_id")
    assert first.follows["create"] == []
    assert second.follows["create"] == [["server_group", first.source_id, ""]]


def test_more_servers_than_hosts_block_a_group_that_must_not_share_them(clouds):  # noqa: F811
    for group in clouds.old.compute.groups.where(name=GROUP):
        group.update(policy="anti-affinity", policies=["anti-affinity"])
    for name in clouds.new.compute.hosts.names[1:]:
        clouds.new.compute.hosts.names.remove(name)
    assert "keeps its 2 servers on different hosts; cloud new has 1" in blocks(draft(clouds))


def test_servers_boot_without_a_group_that_is_left_out(clouds):  # noqa: F811
    plan = clouds.plan(NAME, choices={f"server_group:{GROUP}": "skip"})
    lost = {loss["field"] for item in plan.items.filter(type="server") for loss in item.losses}
    assert "server_groups" in lost
    clouds.execute(plan)
    assert with_members(clouds) == []
    assert clouds.verify(plan) == []
