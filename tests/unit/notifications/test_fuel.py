"""Fuel shows events under the topic of their severity."""

from pathlib import Path

import pytest

from dashboard.clients.fuel.master import FuelMaster
from dashboard.jobs.states import JobState, Phase
from tests.support.fuel_masters import running_master
from tests.support.notifying import EVENT, ended, good_job, sent
from tests.support.rehearsal.jobs import rehearse, spec

pytestmark = pytest.mark.django_db(transaction=True)


def test_fuel_shows_an_event_under_the_topic_of_its_severity(tmp_path: Path, settings, monkeypatch):
    with running_master(tmp_path) as running:
        fuel = FuelMaster(running.endpoint)
        monkeypatch.setattr("dashboard.notifications.fuel.is_fuel_configured", lambda: True)
        monkeypatch.setattr("dashboard.notifications.fuel.configured_fuel", lambda: fuel)
        assert sent(good_job()).state == JobState.DONE
        sent(ended(rehearse(spec("a", "refuse"), params=EVENT)))
        sent(ended(rehearse(spec("a", phase=Phase.CUTOVER), hold_before=20, params=EVENT)))
        topics = [(one.topic, one.message) for one in fuel.notifications()][-3:]
    assert [topic for topic, _ in topics] == ["done", "error", "warning"]
    assert EVENT["event"] in topics[0][1] and "/jobs/" in topics[0][1]
