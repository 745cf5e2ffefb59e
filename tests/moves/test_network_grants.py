"""A network is shared with one project: whichever of both moves first, it is shared again."""

from dataclasses import replace

import pytest

from tests.support.cloud.contents import changes_between, contents
from tests.support.cloud.journeys import between
from tests.support.cloud.seeds import NAME

pytestmark = pytest.mark.django_db(transaction=True)
NEIGHBOUR = f"{NAME}-neighbour"
NETWORK = f"{NAME}-net"


@pytest.fixture
def clouds(tmp_path):
    with between(tmp_path, "2026.2", "2026.2") as clouds:
        yield clouds


def targets_there(clouds):
    """Return the names of the projects that may use the network on the destination."""
    networks = clouds.new.network.networks.where(name=NETWORK)
    assert len(networks) <= 1
    policies = [each for row in networks for each in clouds.new.network.policies.of(row)]
    projects = clouds.new.identity.projects.rows
    return [projects[each["target_tenant"]]["name"] for each in policies]


def reasons(plan):
    items = plan.items.filter(type="rbac_policy", action="skip")
    return [loss["reason"] for item in items for loss in item.losses]


def make_port(clouds, cloud, network_name=NETWORK):
    """Make a port of the neighbour on the network that is shared with it."""
    [network] = cloud.network.networks.where(name=network_name)
    [project] = cloud.identity.projects.where(name=NEIGHBOUR)
    session = clouds.source_session if cloud is clouds.old else clouds.destination_session
    body = {"network_id": network["id"], "project_id": project["id"], "name": "visiting"}
    return session.post("network", "/ports", {"port": body}, "port")


def test_the_plan_of_the_target_that_moves_later_makes_it(clouds):
    first = clouds.plan(NAME)
    assert reasons(first) == [f"It comes when project {NEIGHBOUR} moves."]
    clouds.execute(first)
    assert targets_there(clouds) == []
    assert clouds.verify(first) == []
    second = clouds.plan(NEIGHBOUR)
    clouds.execute(second)
    assert targets_there(clouds) == [NEIGHBOUR]
    assert clouds.verify(second) == []
    [policy] = clouds.new.network.policies.where(action="access_as_shared")[-1:]
    [owner] = clouds.new.identity.projects.where(name=NAME)
    assert policy["project_id"] == owner["id"]
    clouds.finalize(second)
    assert len(clouds.old.network.networks.where(name=NETWORK)) == 1


def test_the_plan_of_the_owner_that_moves_later_makes_it(clouds):
    first = clouds.plan(NEIGHBOUR)
    assert reasons(first) == [f"It comes when project {NAME} moves."]
    clouds.execute(first)
    second = clouds.plan(NAME)
    assert reasons(second) == []
    clouds.execute(second)
    assert targets_there(clouds) == [NEIGHBOUR]
    assert clouds.verify(second) == []
    assert clouds.verify(first) == []
    clouds.roll_back(second)
    assert targets_there(clouds) == []


def test_a_next_plan_of_the_owner_has_it_once(clouds):
    clouds.execute(clouds.plan(NAME))
    clouds.execute(clouds.plan(NEIGHBOUR))
    again = clouds.plan(NAME)
    assert [*again.items.filter(type="rbac_policy").values_list("action", flat=True)] == ["keep"]
    clouds.execute(again)
    assert targets_there(clouds) == [NEIGHBOUR]


def test_a_port_of_the_target_moves_to_the_network_that_has_moved(clouds):
    make_port(clouds, clouds.old)
    clouds.execute(clouds.plan(NAME))
    second = clouds.plan(NEIGHBOUR)
    clouds.execute(second)
    assert clouds.verify(second) == []
    [network] = clouds.new.network.networks.where(name=NETWORK)
    [port] = clouds.new.network.ports.where(name="visiting")
    assert port["network_id"] == network["id"]


def test_the_owner_goes_back_and_the_target_keeps_what_it_uses(clouds):
    make_port(clouds, clouds.old)
    first = clouds.plan(NAME)
    clouds.execute(first)
    clouds.execute(clouds.plan(NEIGHBOUR))
    clouds.roll_back(first)
    assert targets_there(clouds) == [NEIGHBOUR]
    assert len(clouds.new.network.ports.where(name="visiting")) == 1


def test_a_grant_that_somebody_else_uses_by_now_is_kept(clouds):
    clouds.execute(clouds.plan(NEIGHBOUR))
    second = clouds.plan(NAME)
    clouds.execute(second)
    make_port(clouds, clouds.new)
    clouds.roll_back(second)
    assert targets_there(clouds) == [NEIGHBOUR]


def test_a_group_is_granted_to_everybody(clouds):
    [group] = clouds.old.network.groups.where(name="web", description="port 80")
    clouds.old.network.policies.share(group, "*", "security_group")
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [copy] = [g for g in clouds.new.network.groups.where(name="web") if g["id"] in _ours(plan)]
    assert [each["target_tenant"] for each in clouds.new.network.policies.of(copy)] == ["*"]
    assert clouds.verify(plan) == []


def _ours(plan):
    return {*plan.ledger_entries.values_list("destination_id", flat=True)}


def test_a_grant_that_neutron_keeps_goes_with_its_object(clouds):
    before = contents(clouds.new)
    [group] = clouds.old.network.address_groups.where(name=f"{NAME}-partners")
    clouds.old.network.policies.share(group, "*", "address_group")
    plan = clouds.plan(NAME)
    clouds.execute(plan)
    [copy] = clouds.new.network.address_groups.where(name=f"{NAME}-partners")
    assert len(clouds.new.network.policies.of(copy)) == 1
    clouds.roll_back(plan)
    assert changes_between(before, contents(clouds.new)) == []


def test_a_kind_of_grant_that_the_destination_lacks_is_named(clouds):
    release = clouds.new.release
    gone = {"rbac-security-groups"}
    clouds.new.release = replace(release, extensions=release.extensions - gone)
    [group] = clouds.old.network.groups.where(name="web", description="port 80")
    clouds.old.network.policies.share(group, "*", "security_group")
    plan = clouds.plan(NAME)
    assert "Cloud new lacks Neutron's extension rbac-security-groups." in reasons(plan)
    clouds.execute(plan)
    assert clouds.verify(plan) == []


def test_a_grant_of_a_network_of_operators_is_left_to_them(clouds):
    [network] = clouds.old.network.networks.where(name="offices")
    [project] = clouds.old.identity.projects.where(name=NAME)
    clouds.old.network.policies.share(network, project["id"])
    plan = clouds.plan(NAME)
    assert "What it grants is not created there: who uses the other one is not changed." in (
        reasons(plan)
    )
