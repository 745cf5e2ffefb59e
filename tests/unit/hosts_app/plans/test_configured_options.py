"""What a configuration of 2015 says about a reassigned host."""

import pytest

from dashboard.hosts_app.plans.configured_options import configured_options
from tests.support.config_2015 import CONFIG_2015


@pytest.fixture(autouse=True)
def _configured(write, settings):
    settings.PUMPHOUSE_CONFIG = str(write(CONFIG_2015))


def test_roles_and_interfaces_are_options_of_reassign_alone():
    wanted = {"roles": "compute,ceph-osd", "networks": "public=eth1, storage=eth1"}
    assert configured_options("reassign") == wanted
    assert configured_options("evacuate") == {}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("migrate_disk: image", "assignment: discovery"),
        ("ifaces: [", "ifaces: [eth0, {name: eth2, assigned_networks: x}] #"),
    ],
)
def test_discovery_and_interfaces_without_networks_choose_none(old, new, write):
    write(CONFIG_2015.replace(old, new))
    assert "networks" not in configured_options("reassign")


def test_without_a_configuration_there_is_nothing(settings):
    settings.PUMPHOUSE_CONFIG = ""
    assert configured_options("reassign") == {}
