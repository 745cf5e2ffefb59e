"""The example of 2015 is read as it is, and one warning names what in it has no effect."""

import pytest

from dashboard.clients.cloud_files import file_warnings, read_clouds, read_settings
from tests.support.config_2015 import CONFIG_2015


@pytest.fixture
def example(write):
    path = write(CONFIG_2015)
    path.chmod(0o600)
    return path


def test_the_example_of_2015_is_read_with_its_anchors(example):
    clouds = read_clouds(example)
    assert list(clouds) == ["source", "destination"]
    (tenant,) = clouds["source"].workloads["tenants"]
    (server,) = tenant["servers"]
    assert server["flavor"]["ram"] == 1024
    # a merged list stands for the list
    assert server["post-actions"] == server["pre-actions"]
    assert server["post-actions"][0][0]["cmd"] == "ping %"
    assert read_settings(example).clouds_reset


def test_one_warning_names_each_key_without_effect_and_what_there_is_instead(example):
    (warning,) = file_warnings(example)
    assert "DEBUG (set PUMPHOUSE_DEBUG)" in warning
    assert "CLOUD_SERVICE, source.fake (there are no clouds in memory any more)" in warning
    assert "PLUGINS.assignment_parameters.disks (the disks of a host stay" in warning
    for acting in ("SERVER_NAME", "CLOUDS_RESET", "populate", "workloads.tenants", "urls", "roles"):
        assert acting not in warning
    assert "source.workloads.flavors, source.workloads.images (setup takes the names" in warning
    assert "a-secret" not in warning


def test_a_file_whose_keys_all_act_is_not_warned_about(write):
    path = write("source: {endpoint: {auth_url: 'http://h/v3', username: a, password: b}}")
    path.chmod(0o600)
    assert not file_warnings(path)


def test_merging_one_list_only_stands_for_that_list(write):
    path = write(f"{CONFIG_2015}LOGGING: {{a: &a [1, 2], b: {{<<: *a, c: 1}}}}\n")
    with pytest.raises(Exception, match="expected a mapping for merging"):
        read_clouds(path)
