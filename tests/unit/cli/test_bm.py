"""``pumphouse-bm``: the inventory is a setting, the environment names the destination."""

import os

import pytest

from dashboard.cli import bare_metal
from dashboard.cli.commands.bm import cloud_in_environment
from dashboard.errors import BadInput
from dashboard.hosts_app.models import HostPlan
from tests.support import rows
from tests.support.commands import run
from tests.support.environment_rows import environments_of_fuel
from tests.support.host_rows import hosts_of

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("flag", ["-i", "--inventory"])
def test_the_inventory_becomes_a_setting_and_the_rest_the_command(flag, monkeypatch, tmp_path):
    monkeypatch.setattr(bare_metal, "run_pumphouse", lambda given: given)
    monkeypatch.setenv("PUMPHOUSE_INVENTORY", "")
    monkeypatch.chdir(tmp_path)
    given = ["config.yaml", flag, "machines.yaml", "-e", "2", "host-1"]
    assert bare_metal.main(given) == ["config.yaml", "bm", "-e", "2", "host-1"]
    assert os.environ["PUMPHOUSE_INVENTORY"] == str(tmp_path / "machines.yaml")


def test_an_environment_is_the_cloud_in_it_and_an_unknown_one_is_refused(capsys):
    old, _ = rows.two_clouds()
    environments_of_fuel(old)
    old.refresh_from_db()
    number = old.environment.environment_id
    assert cloud_in_environment(number) == old
    with pytest.raises(BadInput, match="No cloud is in environment 99") as refused:
        cloud_in_environment(99)
    assert str(number) in refused.value.fix
    host = hosts_of(old)[0].name
    assert run("bm", "-e", "99", host) == 2
    assert run("bm", "-e", "x", host) == 2
    # as reassign: a host does not move to where it is
    assert run("bm", "-e", str(number), host, "--cloud", "old") == 2
    assert "The host is already in old." in capsys.readouterr().err
    assert not HostPlan.objects.exists()
