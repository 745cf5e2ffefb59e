"""Rules of a wave change by API and command line as they do on its page."""

from datetime import UTC, datetime
from typing import Any

import pytest

from dashboard.campaigns.models import Wave
from dashboard.campaigns.planning.wave_options import WAVE_OPTIONS, options_of
from dashboard.jobs.states import JobState
from tests.support import rows
from tests.support.api_clients import as_role
from tests.support.campaign_rows import campaign_of, running_campaign_of
from tests.support.commands import run

pytestmark = pytest.mark.django_db

WINDOW = "daily 20:00-04:00 UTC"
# another value of each rule: as a text of the command line, and as the API takes and returns it
OTHERS: dict[str, tuple[str, Any]] = {
    "tenants_at_once": ("7", 7),
    "servers_at_once": ("4", 4),
    "streams": ("2", 2),
    "window": (WINDOW, WINDOW),
    "starts_at": ("2030-01-31T22:00Z", "2030-01-31T22:00:00Z"),
    "on_failure": ("stop", "stop"),
    "holds_cutover": ("yes", True),
    "cutover_at": ("2030-02-01T03:00Z", "2030-02-01T03:00:00Z"),
    "verifies": ("no", False),
}
RULES = [option.name for option in WAVE_OPTIONS]


@pytest.fixture
def draft() -> Wave:
    return campaign_of(*rows.two_clouds()).waves.get(name="by night")


def fresh(wave: Wave) -> Wave:
    return Wave.objects.get(pk=wave.pk)


def flag(rule: str) -> str:
    return f"--{rule.replace('_', '-')}"


def change(wave: Wave, *arguments: str) -> int:
    return run("campaign", "change-wave", wave.campaign.name, "--wave", wave.name, *arguments)


def as_json(value: Any) -> Any:
    return f"{value:%Y-%m-%dT%H:%M:%SZ}" if isinstance(value, datetime) else value


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_of_a_draft_changes_by_api_and_the_others_stay(draft: Wave, rule: str) -> None:
    before, client = options_of(draft), as_role("operator")
    answer = client.patch(f"/api/waves/{draft.pk}/", {rule: OTHERS[rule][1]}, format="json")
    assert answer.status_code == 200
    assert answer.json()[rule] == OTHERS[rule][1] == as_json(options_of(fresh(draft))[rule])
    assert {**options_of(fresh(draft)), rule: None} == {**before, rule: None}
    client.patch(f"/api/waves/{draft.pk}/", {rule: None}, format="json")
    [option] = [each for each in WAVE_OPTIONS if each.name == rule]
    assert options_of(fresh(draft))[rule] == option.default


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_of_a_draft_changes_by_command(draft: Wave, rule: str) -> None:
    before = options_of(draft)
    assert change(draft, flag(rule), OTHERS[rule][0]) == 0
    assert as_json(options_of(fresh(draft))[rule]) == OTHERS[rule][1]
    assert {**options_of(fresh(draft)), rule: None} == {**before, rule: None}
    assert change(draft, flag(rule), "-") == 0
    [option] = [each for each in WAVE_OPTIONS if each.name == rule]
    assert options_of(fresh(draft))[rule] == option.default


def test_a_campaign_that_runs_is_told() -> None:
    wave = running_campaign_of(*rows.two_clouds()).waves.get(name="by night")
    assert change(wave, "--streams", "3", "--starts-at", "2030-01-31T22:00Z") == 0
    assert fresh(wave).streams == 3
    assert fresh(wave).starts_at == datetime(2030, 1, 31, 22, tzinfo=UTC)
    answer = as_role("operator").patch(f"/api/waves/{wave.pk}/", {"streams": 4}, format="json")
    assert answer.json()["streams"] == fresh(wave).streams == 4
    log = "\n".join(wave.campaign.job.log.values_list("message", flat=True))  # type: ignore[union-attr]
    assert "Changed by the command line: streams, starts_at of by night." in log
    assert "Changed by operator: streams of by night." in log


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        ({}, 400, "Nothing was changed."),
        ({"streams": -1}, 400, "greater than or equal to 0"),
        ({"window": "at night"}, 400, "at night"),
        ({"on_failure": "roll_back"}, 403, "needs the admin role"),
    ],
)
def test_wrong_rules_change_nothing(draft: Wave, body: Any, status: int, sentence: str) -> None:
    before = Wave.objects.filter(pk=draft.pk).values().get()
    answer = as_role("operator").patch(f"/api/waves/{draft.pk}/", body, format="json")
    assert answer.status_code == status
    assert sentence in answer.content.decode()
    assert Wave.objects.filter(pk=draft.pk).values().get() == before


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ([], "Nothing was changed."),
        (["--streams", "many"], "streams must be a number from 0 to 1000, not 'many'"),
        (["--window", "at night"], "at night"),
    ],
)
def test_wrong_words_change_nothing(
    draft: Wave, arguments: list[str], sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = Wave.objects.filter(pk=draft.pk).values().get()
    assert change(draft, *arguments) == 2
    assert sentence in capsys.readouterr().err
    assert Wave.objects.filter(pk=draft.pk).values().get() == before


def test_a_campaign_that_has_ended_keeps_its_rules() -> None:
    wave = running_campaign_of(*rows.two_clouds()).waves.get(name="by night")
    assert wave.campaign.job
    wave.campaign.job.state = JobState.DONE
    wave.campaign.job.save()
    answer = as_role("operator").patch(f"/api/waves/{wave.pk}/", {"streams": 4}, format="json")
    assert (answer.status_code, "has ended" in answer.json()["error"]) == (409, True)
    assert change(wave, "--streams", "4") == 2
    assert fresh(wave).streams == 0


def test_a_viewer_reads_the_waves_of_one_campaign_and_changes_none(draft: Wave) -> None:
    other = campaign_of(draft.campaign.source, draft.campaign.destination)
    viewer = as_role("viewer")
    answer = viewer.get(f"/api/waves/?campaign={other.pk}").json()
    assert [wave["name"] for wave in answer["results"]] == ["the small ones", "by night"]
    assert {wave["campaign"] for wave in answer["results"]} == {other.pk}
    answer = viewer.patch(f"/api/waves/{draft.pk}/", {"streams": 4}, format="json")
    assert answer.status_code == 403
    assert fresh(draft).streams == 0
