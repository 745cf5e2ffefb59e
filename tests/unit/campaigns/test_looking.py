"""Looks at a campaign at given times: rows alone, no cloud and no worker."""

from datetime import UTC, datetime

import pytest
from django.core.exceptions import PermissionDenied

from dashboard.campaigns.models import Campaign, CampaignTenant
from dashboard.campaigns.planning.drawing import Drawing, TenantDrawing, WaveDrawing, draw_up
from dashboard.campaigns.planning.rules import change_rules
from dashboard.campaigns.running import looking
from dashboard.campaigns.running.looking import Look, look_at
from dashboard.campaigns.verbs.add import Add
from dashboard.campaigns.verbs.start import Start
from dashboard.campaigns.verbs.take_out import TakeOut
from dashboard.errors import BadInput, WrongState
from dashboard.jobs.models import Job
from dashboard.jobs.requester import NOBODY, by_api
from dashboard.jobs.starting import start_job
from dashboard.jobs.states import JobState
from tests.support import rows

pytestmark = pytest.mark.django_db
State = CampaignTenant.State


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.time = datetime(2026, 3, 27, 12, tzinfo=UTC)

    def now(self) -> datetime:
        return self.time


@pytest.fixture
def clock(monkeypatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(looking, "timezone", clock)
    return clock


def drawn(names: str, **rules: object) -> Campaign:
    old, new = rows.two_clouds()
    tenants = [TenantDrawing(tenant=rows.tenant_of(old, name)) for name in names]
    waves = [WaveDrawing(name="all", tenants=tenants, options=rules)]
    return draw_up(Drawing(name="drain", source=old, destination=new, waves=waves))


def look(campaign: Campaign, take=lambda _tenant: None) -> Look:
    return look_at(campaign, NOBODY, take=take)


def states(campaign: Campaign) -> str:
    """Return the first letters of the tenants' states."""
    return "".join(state[0] for state in campaign.tenants.values_list("state", flat=True))


def end(campaign: Campaign, name: str) -> None:
    """Store that a tenant has moved, as its jobs would."""
    tenant = campaign.tenants.get(name=name)
    Job.objects.filter(pk=tenant.job_id).update(state=JobState.CANCELLED, active_subject=None)
    campaign.tenants.filter(name=name).update(state=State.MOVED, job=None)


def test_a_window_that_closes_lets_what_has_begun_end_and_goes_on_in_the_next(clock):
    """Over the night in which clocks are set forward: it opens at 21:00 UTC, then at 20:00."""
    campaign = drawn("abc", window="daily 22:00-06:00 Europe/Berlin", tenants_at_once=1)
    found = look(campaign)
    assert (states(campaign), found.again_at) == ("www", datetime(2026, 3, 27, 21, tzinfo=UTC))
    assert "Its window" in found.waits_for and not found.has_ended

    clock.time = datetime(2026, 3, 28, 21, tzinfo=UTC)
    look(campaign)
    assert states(campaign) == "pww"
    clock.time = datetime(2026, 3, 29, 3, 59, tzinfo=UTC)  # 05:59 in summer
    end(campaign, "a")
    look(campaign)
    assert states(campaign) == "mpw"
    clock.time = datetime(2026, 3, 29, 4, tzinfo=UTC)
    end(campaign, "b")
    found = look(campaign)
    assert (states(campaign), found.again_at) == ("mmw", datetime(2026, 3, 29, 20, tzinfo=UTC))
    clock.time = datetime(2026, 3, 29, 20, tzinfo=UTC)
    look(campaign)
    assert states(campaign) == "mmp"


def test_a_night_on_which_clocks_are_set_back_lets_tenants_begin_for_an_hour_more(clock):
    campaign = drawn("abc", window="daily 22:00-06:00 Europe/Berlin", tenants_at_once=1)
    clock.time = datetime(2026, 10, 24, 20, tzinfo=UTC)
    look(campaign)
    assert states(campaign) == "pww"
    clock.time = datetime(2026, 10, 25, 4, 59, tzinfo=UTC)  # 05:59 in winter
    end(campaign, "a")
    look(campaign)
    assert states(campaign) == "mpw"
    clock.time = datetime(2026, 10, 25, 5, tzinfo=UTC)
    end(campaign, "b")
    found = look(campaign)
    assert (states(campaign), found.again_at) == ("mmw", datetime(2026, 10, 25, 21, tzinfo=UTC))


def test_a_wave_does_not_begin_before_its_time(clock):
    campaign = drawn("a", starts_at=datetime(2026, 3, 27, 13, tzinfo=UTC))
    assert look(campaign).again_at == datetime(2026, 3, 27, 13, tzinfo=UTC)
    clock.time = datetime(2026, 3, 27, 13, tzinfo=UTC)
    look(campaign)
    assert states(campaign) == "p"


def test_who_shares_waits_for_the_other_and_whoever_is_busy_elsewhere_waits(clock):
    campaign = drawn("abc", tenants_at_once=3)
    first = campaign.tenants.get(name="a")
    campaign.tenants.filter(name__in="ab").update(shares_with=first.project_id)
    busy = campaign.tenants.get(name="c")
    start_job(
        kind="plan", title="Another plan", subject=f"tenant:{busy.project_id}", steps=[], params={}
    )
    look(campaign)
    assert states(campaign) == "pww"
    reasons = dict(campaign.tenants.values_list("name", "explanation"))
    assert reasons["b"] == "Shares with a, which goes first"
    assert "is already working on this" in reasons["c"]
    end(campaign, "a")
    Job.objects.filter(title="Another plan").update(active_subject=None, state=JobState.DONE)
    look(campaign)
    assert states(campaign) == "mpp"


def test_it_is_changed_while_it_runs_and_what_has_begun_goes_on():
    campaign = drawn("abc", tenants_at_once=1)
    with pytest.raises(WrongState, match="was not started"):
        TakeOut().start(campaign, tenants=["a"])
    Start().start(campaign)
    look(campaign)
    late = rows.tenant_of(campaign.source, "d")
    with pytest.raises(WrongState, match="a is planning"):
        TakeOut().start(campaign, tenants=["a"])
    TakeOut().start(campaign, tenants=["b"])
    Add().start(campaign, tenants=["d"])
    Add().start(campaign, tenants=[rows.tenant_of(campaign.source, "e").project_id], wave="late")
    with pytest.raises(BadInput, match="d is in the campaign twice"):
        Add().start(campaign, tenants=[late.project_id], wave="late")
    change_rules(campaign.waves.get(name="all"), {"tenants_at_once": 3, "verifies": False}, NOBODY)
    look(campaign)
    assert dict(campaign.tenants.values_list("name", "state")) == {
        **{"a": "planning", "b": "taken_out", "c": "planning", "d": "planning", "e": "waiting"}
    }
    wave = campaign.waves.get(name="all")
    assert (wave.tenants_at_once, wave.verifies, wave.on_failure) == (3, False, "stop")
    log = "\n".join(campaign.job.log.values_list("message", flat=True))
    assert "Taken out by Pumphouse: b." in log and "tenants_at_once, verifies of all." in log


def test_to_let_a_running_wave_roll_back_needs_an_admin():
    campaign = drawn("a")
    Start().start(campaign)
    with pytest.raises(PermissionDenied):
        change_rules(
            campaign.waves.get(),
            {"on_failure": "roll_back"},
            by_api(rows.user_with("operator")),
        )


def test_a_campaign_cannot_be_drawn_up_twice_by_one_name(clock):
    campaign = drawn("a")
    with pytest.raises(BadInput, match="There is a campaign 'drain' already"):
        draw_up(
            Drawing(
                name="drain", source=campaign.source, destination=campaign.destination, waves=[]
            )
        )
