"""``pumphouse campaign``: from a file to its report."""

import json
from datetime import UTC, datetime

import pytest

from dashboard.campaigns.models import Campaign
from dashboard.cli import command_line
from tests.support import rows

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(tmp_path, monkeypatch):
    """A file of a campaign between the two clouds that rows know."""
    old, _ = rows.two_clouds()
    rows.tenant_of(old, "wiki")
    monkeypatch.setattr("dashboard.cli.database.prepare_database", lambda: None)
    path = tmp_path / "drain.csv"
    path.write_text("wave,tenant,tenants_at_once\npilots,wiki,1\n")
    return path


READ_AT = datetime(2030, 1, 31, 12, tzinfo=UTC)
READING = {
    "tenants": {},
    "hosts": {},
    "left": {"wiki": "No host of the destination has room"},
    "stops_at": "pilots",
    "ends_at": READ_AT.isoformat(),
}


def run(*arguments: object) -> int:
    return command_line.run([*map(str, arguments)])


def test_a_campaign_is_drawn_up_started_paused_resumed_and_written(drawn, tmp_path, capsys):
    assert run("campaign", "plan", drawn) == 0
    assert "Campaign 1 drain (old to new): draft. 1 waiting." in capsys.readouterr().out.replace(
        str(Campaign.objects.get().pk), "1", 1
    )
    Campaign.objects.update(read_at=READ_AT, reading=READING)
    assert run("campaign", "status", "drain") == 0
    foretold = capsys.readouterr().out
    assert "it ends by 2030-01-31" in foretold and "move: 0, that do not: 1; hosts: 0" in foretold
    assert "wiki: No host of the destination has room." in foretold
    assert run("campaign", "--json", "status", "drain") == 0
    report = json.loads(capsys.readouterr().out)["campaign"]
    assert report["forecast"]["left"] == READING["left"]
    assert run("campaign", "pause", "drain") == 2
    assert "Start it first." in capsys.readouterr().err
    assert run("campaign", "start", "drain") == 0
    assert run("campaign", "start", "drain") == 2
    assert "already working on this" in capsys.readouterr().err
    assert run("campaign", "pause", "drain") == 0
    assert ": paused." in capsys.readouterr().out
    assert run("campaign", "resume", "drain") == 0
    assert run("campaign", "cancel", "drain") == 0
    capsys.readouterr()
    assert run("campaign", "--json", "status", "drain") == 0
    report = json.loads(capsys.readouterr().out)["campaign"]
    assert (report["state"], report["counts"]) == ("cancelled", {"waiting": 1})
    assert run("campaign", "status") == 0
    assert "cancelled" in capsys.readouterr().out
    target = tmp_path / "report.csv"
    assert run("campaign", "export", "drain", target, "--report") == 0
    assert target.read_text().splitlines()[1].startswith("pilots,wiki,")
    assert run("campaign", "export", "drain", target) == 2
    assert run("campaign", "status", "nobody") == 2


def test_a_file_that_cannot_be_used_stores_nothing(drawn, capsys):
    drawn.write_text("wave,tenant\npilots,nobody\n")
    assert run("campaign", "plan", drawn) == 2
    assert "line 2, column tenant" in capsys.readouterr().err
    assert not Campaign.objects.exists()
