"""The page of a wave's rules: of a draft, and of a campaign that runs."""

from datetime import UTC, datetime

import pytest
from django.test import Client

from dashboard.campaigns.models import Campaign, Wave
from dashboard.jobs.models import LogLine
from dashboard.jobs.states import JobState
from tests.support import rows
from tests.support.campaign_rows import campaign_of, running_campaign_of

pytestmark = pytest.mark.django_db

WINDOW = "mon-fri 22:00-06:00 Europe/Berlin"
UNCHANGED = {
    "tenants_at_once": "2",
    "servers_at_once": "0",
    "streams": "0",
    "window": WINDOW,
    "on_failure": "go_on",
    "verifies": "on",
}


def client_of(role: str) -> Client:
    client = Client()
    client.force_login(rows.user_with(role))
    return client


def by_night(campaign: Campaign) -> Wave:
    return campaign.waves.get(name="by night")


def address_of(wave: Wave) -> str:
    return f"{wave.campaign.get_absolute_url()}waves/{wave.pk}/"


def test_rules_of_a_draft_change_and_others_stay() -> None:
    wave, client = by_night(campaign_of(*rows.two_clouds())), client_of("operator")
    shown = client.get(address_of(wave)).content.decode()
    assert f'value="{WINDOW}"' in shown
    sent = {**UNCHANGED, "tenants_at_once": "5", "starts_at": "2030-01-31T22:00"}
    answer = client.post(address_of(wave), {**sent, "time_zone": "America/New_York"})
    assert answer.headers["Location"] == wave.campaign.get_absolute_url()
    changed = by_night(wave.campaign)
    assert changed.tenants_at_once == 5
    assert changed.starts_at == datetime(2030, 2, 1, 3, tzinfo=UTC)
    assert (changed.window, changed.on_failure) == (wave.window, wave.on_failure)


def test_an_empty_window_is_any_time_and_a_box_left_unticked_is_no() -> None:
    wave, client = by_night(campaign_of(*rows.two_clouds())), client_of("operator")
    client.post(address_of(wave), {**UNCHANGED, "window": ""} | {"holds_cutover": "on"})
    assert by_night(wave.campaign).window is None
    assert by_night(wave.campaign).holds_cutover
    client.post(address_of(wave), {k: UNCHANGED[k] for k in UNCHANGED if k != "verifies"})
    assert not by_night(wave.campaign).verifies


def test_times_are_shown_in_the_zone_of_the_browser() -> None:
    wave = by_night(campaign_of(*rows.two_clouds()))
    Wave.objects.filter(pk=wave.pk).update(starts_at=datetime(2030, 1, 31, 22, tzinfo=UTC))
    client = client_of("operator")
    client.cookies["time_zone"] = "America/New_York"
    page = client.get(wave.campaign.get_absolute_url()).content.decode()
    assert "Not before: 2030-01-31 17:00 EST" in page


def test_the_job_of_a_campaign_that_runs_is_told() -> None:
    wave = by_night(running_campaign_of(*rows.two_clouds()))
    client_of("operator").post(address_of(wave), {**UNCHANGED, "servers_at_once": "9"})
    assert by_night(wave.campaign).servers_at_once == 9
    lines = LogLine.objects.filter(job=wave.campaign.job).values_list("message", flat=True)
    assert any("servers_at_once of by night" in line for line in lines)


@pytest.mark.parametrize(
    ("sent", "sentence"),
    [
        ({}, "Nothing was changed."),
        ({"window": "at night"}, "at night"),
        ({"tenants_at_once": "0"}, "tenants_at_once must be a number from 1 to 100"),
        ({"on_failure": "roll_back"}, "needs the admin role"),
    ],
)
def test_wrong_rules_change_nothing(sent: dict[str, str], sentence: str) -> None:
    wave = by_night(campaign_of(*rows.two_clouds()))
    before = Wave.objects.filter(pk=wave.pk).values().get()
    answer = client_of("operator").post(address_of(wave), {**UNCHANGED, **sent})
    assert answer.status_code in (400, 403)
    assert sentence in answer.content.decode().replace("&#x27;", "'")
    assert Wave.objects.filter(pk=wave.pk).values().get() == before


def test_a_campaign_that_has_ended_keeps_its_rules() -> None:
    wave = by_night(running_campaign_of(*rows.two_clouds()))
    assert wave.campaign.job
    wave.campaign.job.state = JobState.DONE
    wave.campaign.job.save()
    answer = client_of("operator").post(address_of(wave), {**UNCHANGED, "servers_at_once": "9"})
    assert answer.status_code == 400
    assert "has ended" in answer.content.decode()


def test_a_viewer_sees_no_way_to_the_rules() -> None:
    wave, client = by_night(campaign_of(*rows.two_clouds())), client_of("viewer")
    assert address_of(wave) not in client.get(wave.campaign.get_absolute_url()).content.decode()
    assert client.get(address_of(wave)).status_code == 403
