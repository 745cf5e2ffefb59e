"""Every host action is offered on the page of a host that it can be done to."""

import pytest
from django.test import Client

from dashboard.hosts_app.models import Cloud, Host
from dashboard.hosts_app.plans.host_action import HostAction, Section, all_host_actions
from dashboard.jobs.roles import Action
from tests.support import rows
from tests.support.host_rows import host_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def cloud() -> Cloud:
    return rows.two_clouds()[0]


@pytest.fixture
def host(cloud: Cloud) -> Host:
    return host_of(cloud, "c1")


def as_role(role: str) -> Client:
    client = Client()
    client.force_login(rows.user_with(role))
    return client


def actions(*, of_computes: bool) -> list[HostAction]:
    return [each for each in all_host_actions().values() if each.of_computes == of_computes]


def test_all_actions_for_computes_are_offered_under_their_section(host: Host) -> None:
    shown = as_role("admin").get(host.get_absolute_url()).content.decode()
    for action in actions(of_computes=True):
        section = shown.index(f'aria-label="{action.section}"')
        assert section < shown.index(f'id="{action.name}"'), action.name
    assert not any(f'id="{action.name}"' in shown for action in actions(of_computes=False))


@pytest.mark.parametrize("permission", Action)
def test_an_action_is_offered_whatever_its_permission(
    host: Host, permission: Action, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(type(all_host_actions()["evacuate"]), "permission", permission)
    assert 'id="evacuate"' in as_role("admin").get(host.get_absolute_url()).content.decode()


def test_it_says_which_role_starting_takes(host: Host) -> None:
    shown = as_role("operator").get(host.get_absolute_url()).content.decode()
    reassign = shown.index('id="reassign"')
    assert "Starting it needs the admin role." in shown[reassign : shown.index("</form>", reassign)]
    evacuate = shown.index('id="evacuate"')
    assert "Starting it needs" not in shown[evacuate : shown.index("</form>", evacuate)]


def test_maintenance_stands_first_in_its_section(host: Host) -> None:
    shown = as_role("operator").get(host.get_absolute_url()).content.decode()
    section = shown.index(f'aria-label="{Section.CLOUD}"')
    assert section < shown.index('id="maintenance"') < shown.index('id="evacuate"')


def test_a_host_that_nova_does_not_know_is_offered_the_other_actions(cloud: Cloud) -> None:
    wanted = actions(of_computes=False)[0].name
    given = {"host": "controller-1", "wanted": wanted}
    shown = as_role("operator").post(f"/clouds/{cloud.name}/hosts-plan/", given).content.decode()
    assert f'id="{wanted}"' in shown and 'id="evacuate"' not in shown


@pytest.mark.parametrize("wanted", ["evacuate", "polish", ""])
def test_another_action_leads_back_to_the_list(cloud: Cloud, wanted: str) -> None:
    given = {"host": "controller-1", "wanted": wanted}
    told = as_role("operator").post(f"/clouds/{cloud.name}/hosts-plan/", given)
    assert told["Location"] == f"/clouds/{cloud.name}/hosts/"
