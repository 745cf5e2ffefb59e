"""Every state that a page shows has an icon and a colour, contributed by the app that has it."""

import re
from pathlib import Path

import pytest

from dashboard.hosts_app.models import Cloud, Host, HostPlan
from dashboard.jobs.states import JobState, StepState
from dashboard.jobs.views import state_styles
from dashboard.jobs.views.state_styles import UNKNOWN, StateStyle, add_state_styles, style_of
from dashboard.migrations_app.models import LedgerEntry, Plan, PlanFinding, PlanItem

ROOT = Path(__file__).resolve().parents[4]
SHOWN = [
    *(JobState, StepState, Cloud.State, Host.Condition, Host.Power, HostPlan.State),
    *(Plan.State, PlanItem.Action, PlanFinding.Severity, LedgerEntry.Origin, LedgerEntry.State),
]


@pytest.mark.parametrize("states", SHOWN, ids=lambda states: states.__qualname__)
def test_each_state_has_a_style_of_its_own(states):
    styles = {state: style_of(state) for state in states.values if state != "unknown"}
    assert UNKNOWN not in styles.values(), styles


def test_each_icon_and_each_color_is_there():
    sprite = (ROOT / "templates/_icons.html").read_text()
    sheet = "".join(path.read_text() for path in (ROOT / "static").rglob("*.css"))
    for style in state_styles._styles.values():
        assert f'id="icon-{style.icon}"' in sprite
        assert re.search(rf"\.{style.color}\b", sheet), style.color


def test_a_state_that_nobody_knows_is_a_question():
    assert style_of("of_a_newer_openstack") == UNKNOWN


def test_two_apps_cannot_show_one_state_in_two_ways(monkeypatch):
    monkeypatch.setattr(state_styles, "_styles", {"on": StateStyle("power", "good")})
    add_state_styles({"on": StateStyle("power", "good")})
    with pytest.raises(ValueError, match="'on' is already shown"):
        add_state_styles({"on": StateStyle("pause", "warn")})
