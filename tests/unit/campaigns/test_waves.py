"""Putting ticked tenants into waves, before a campaign is started and while it runs."""

import pytest
from django.test import Client

from dashboard.audit.models import Act
from dashboard.campaigns.models import Campaign, CampaignTenant
from tests.support import rows
from tests.support.campaign_rows import campaign_of, running_campaign_of
from tests.support.commands import run

pytestmark = pytest.mark.django_db


@pytest.fixture
def client() -> Client:
    client = Client()
    client.force_login(rows.user_with("operator"))
    return client


def waves_of(campaign: Campaign) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for tenant in campaign.tenants.select_related("wave"):
        found.setdefault(tenant.wave.name, []).append(tenant.name)
    return found


def test_tenants_of_the_list_go_to_the_end_of_a_wave(client: Client) -> None:
    old, new = rows.two_clouds()
    campaign = campaign_of(old, new)
    ticked = {"tenant": [rows.tenant_of(old, "mail").pk]}
    assert (
        "Add 1 tenant to a wave" in client.post("/campaigns/add-ticked/", ticked).content.decode()
    )
    assert not Act.objects.exists()
    sent = {**ticked, "campaign": campaign.pk, "wave": "by night"}
    assert (
        client.post("/campaigns/add-ticked/", sent).headers["Location"]
        == campaign.get_absolute_url()
    )
    assert waves_of(campaign)["by night"] == ["wiki", "media", "mail"]
    again = client.post("/campaigns/add-ticked/", sent)
    assert again.status_code == 400
    assert "is in the campaign twice" in again.content.decode()


def test_tenants_move_to_another_wave_and_to_a_new_one(client: Client) -> None:
    campaign = campaign_of(*rows.two_clouds())
    shop, archive = campaign.tenants.filter(name__in=("shop", "archive"))
    address = f"{campaign.get_absolute_url()}move-ticked/"
    client.post(address, {"tenant": [shop.pk], "wave": "by night"})
    client.post(address, {"tenant": [archive.pk], "wave": "by night", "new_wave": "last"})
    assert waves_of(campaign) == {"by night": ["wiki", "media", "shop"], "last": ["archive"]}


def test_who_has_begun_does_not_move(client: Client) -> None:
    campaign = running_campaign_of(*rows.two_clouds())
    moved = campaign.tenants.filter(state=CampaignTenant.State.MOVED).first()
    assert moved is not None
    before = waves_of(campaign)
    address = f"{campaign.get_absolute_url()}move-ticked/"
    shown = client.post(address, {"tenant": [moved.pk], "wave": "by night"}, follow=True)
    assert "Only who has not begun can be moved" in shown.content.decode()
    assert waves_of(campaign) == before


def test_a_command_moves_tenants_too() -> None:
    campaign = running_campaign_of(*rows.two_clouds())
    assert run("campaign", "move", campaign.name, "--tenants", "media", "--wave", "later") == 0
    assert waves_of(campaign)["later"] == ["media"]
