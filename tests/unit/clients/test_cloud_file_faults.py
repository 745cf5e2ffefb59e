"""What is wrong in a file of clouds is one sentence that says where, without its secrets."""

import pytest

from dashboard.clients.cloud_files import read_cloud, read_clouds, read_settings
from dashboard.errors import BadInput, NotFound
from dashboard.secrets import mask
from tests.support.cloud_files import CLOUDS_YAML, CONFIG_YAML, FLAT_YAML


def fault(path):
    with pytest.raises(BadInput) as raised:
        read_clouds(path)
    return str(raised.value)


def test_a_fault_in_secure_yaml_names_that_file(write):
    write("clouds:\n  old:\n    auth:\n      pasword: x", "secure.yaml")
    path = write(CLOUDS_YAML, "clouds.yaml")
    assert f"{path.parent}/secure.yaml, line 4 (clouds.old.auth.pasword):" in fault(path)


def test_one_cloud_is_read_although_another_is_faulty(write):
    path = write(
        CLOUDS_YAML.replace("      application_credential_id: abc\n", "      user_nam: x\n")
    )
    assert read_cloud(path, "old").name == "old"
    assert "line 23 (clouds.new.auth.user_nam): The key user_nam is not known here" in fault(path)


def test_an_unknown_cloud_name_tells_the_known_ones(write):
    path = write(CLOUDS_YAML)
    with pytest.raises(NotFound, match=r"has no cloud third\. It has: old, new\."):
        read_cloud(path, "third")
    with pytest.raises(NotFound, match=r"Did you mean old\?"):
        read_cloud(path, "olds")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "project_name:",
            "projectname:",
            "line 11 (clouds.old.auth.projectname): The key projectn",
        ),
        ("project_name:", "projectname:", "Did you mean project_name?"),
        (
            "    pumphouse:",
            "    pumphose:",
            "line 12 (clouds.old.pumphose): The key pumphose is not",
        ),
        ("environment:", "enviroment:", "line 14 (clouds.old.pumphouse.enviroment): The key env"),
        ("      username: admin\n", "", "line 8 (clouds.old.auth): The key username is missing."),
        ("      project_name: admin\n", "", "clouds.old.auth): The key project_name is missing."),
        ("0123456", "", "line 10 (clouds.old.auth.password): The key password has no value."),
        (
            "0123456",
            "[a]",
            "line 10 (clouds.old.auth.password): Expected a single value, found a l",
        ),
        ("0123456", "!vault x", "line 10 (clouds.old.auth.password): Tags"),
        (
            "http://old.example:5000",
            "old",
            "line 8 (clouds.old.auth.auth_url): Expected an address",
        ),
        ("http://old", "http://me:hunter@old", "clouds.old.auth.auth_url): Expected an address"),
        ("internalURL", "private", "line 5 (clouds.old.interface): Expected one of public, inter"),
        ("num_tenants: 2", "num_tenants: two", "line 16 (clouds.old.pumphouse.populate.num_tenan"),
        ('"False"', "maybe", "line 20 (clouds.new.verify): Expected true or false."),
        ('verify: "False"', "cacert: ca.pem", "line 20 (clouds.new.cacert): The file /"),
        ("mysql+pymysql", "postgresql", "identity.connection): Keystone's database must be MySQL"),
        ("  new:", "  old:", "line 18 (clouds.old): The key old is there twice, first in line 2."),
        (
            "clouds:",
            "Clouds:",
            "line 1 (Clouds): The key Clouds is not known here. Did you mean CL",
        ),
    ],
)
def test_a_fault_in_clouds_yaml_names_key_and_line(write, old, new, expected):
    path = write(CLOUDS_YAML.replace(old, new, 1))
    sentence = fault(path)
    assert sentence.startswith(str(path))
    assert expected in sentence


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "CLOUDS:\n  source:",
            "CLOUDS:\n  sorce:",
            "CLOUDS.sorce): The key sorce is not known here",
        ),
        (
            "    environment: Source\n",
            "    wurst: 1\n",
            "line 27 (CLOUDS.source.wurst): The key wurst",
        ),
        (
            "tenant_name",
            "tenantname",
            "line 24 (CLOUDS.source.endpoint.tenantname): The key tenantn",
        ),
        (
            "connection:",
            "conection:",
            "line 26 (CLOUDS.source.identity.conection): The key conecti",
        ),
        (
            "DEBUG:",
            "DEBUGG:",
            "line 1 (DEBUGG): The key DEBUGG is not known here. Did you mean DEBUG?",
        ),
        ("DEBUG: true", "source: {}", "line 1 (source): The key source belongs below CLOUDS."),
        ("<<: *endpoint", "<<: [1]", "line 33: This is not YAML: expected a mapping for merging"),
    ],
)
def test_a_fault_in_config_yaml_names_key_and_line(write, old, new, expected):
    assert expected in fault(write(CONFIG_YAML.replace(old, new, 1)))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "provision_server: snapshot",
            "provision_server: disk",
            "line 10 (PLUGINS.provision_server",
        ),
        (
            "roles: [compute]",
            "roles: compute",
            "PLUGINS.assignment_parameters.roles): Expected a li",
        ),
        ("  network:", "  netwrok:", "line 9 (PLUGINS.netwrok): The key netwrok is not known here"),
        ("timeout: 300", "timeout: 0", "PARAMETERS.volume_tasks_timeout): Expected a whole number"),
        (
            "volume_tasks_timeout",
            "volume_timeout",
            "line 7 (PARAMETERS.volume_timeout): The key vol",
        ),
        ("com:8080", "com:80808", "line 2 (SERVER_NAME): Expected host or host:port."),
        (
            "CLOUD_RESET: yes",
            "CLOUDS_RESET: perhaps",
            "line 3 (CLOUDS_RESET): Expected true or fal",
        ),
        ("port: 8443", "prt: 8443", "line 38 (CLOUDS.fuel.endpoint.prt): The key prt is not known"),
    ],
)
def test_a_fault_in_the_settings_names_key_and_line(write, old, new, expected):
    with pytest.raises(BadInput) as raised:
        read_settings(write(CONFIG_YAML.replace(old, new, 1)))
    assert expected in str(raised.value)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "is empty"),
        ("---\n# nothing\n", "is empty"),
        ("- a\n", "line 1: Expected keys with values at the top, found a list."),
        ("clouds:\n  a: b: c\n", "line 2: This is not YAML: mapping values are not allowed here"),
        ("clouds:\n\ta: 1\n", "line 2: This is not YAML: found character '\\t'"),
        ('clouds:\n  a: "b\n  c: 1\n', "in what begins in line 2"),
        ("clouds: {}\n---\nclouds: {}\n", "line 2: This is not YAML: but found another document"),
        ("clouds: \x01\n", "line 1: This is not YAML: a control character."),
        ("[" * 1000, "is nested too deeply"),
        ("? [a]\n: b\n", "line 1: A key must be a single word."),
        ("{clouds: 1, clouds: 2}", "line 1 (clouds): The key clouds is there twice"),
        ("DEBUG: true\n", "There are no clouds in this file."),
        ("clouds: []\n", "line 1 (clouds): Expected keys with values, found a list."),
    ],
)
def test_what_is_not_a_file_of_clouds_is_told_with_its_line(write, text, expected):
    assert expected in fault(write(text))


def test_a_file_that_is_not_there_or_not_text_is_one_sentence(tmp_path):
    assert (
        fault(tmp_path / "no.yaml")
        == f"{tmp_path}/no.yaml cannot be read: No such file or directory."
    )
    assert "cannot be read: it is not a regular file." in fault(tmp_path)
    (tmp_path / "latin.yaml").write_bytes(b"clouds:\n  k\xf6ln: {}\n")
    assert "latin.yaml, line 2: This is not UTF-8 text." in fault(tmp_path / "latin.yaml")


@pytest.mark.parametrize(
    "value",
    [
        "*hunter22",
        "!hunter22",
        "{hunter22",
        "'hunter22",
        "hunter22: x: y",
        "@hunter22",
        "&hunter22 *b",
    ],
)
def test_a_password_that_breaks_the_yaml_is_not_in_the_error(write, value):
    assert "hunter22" not in fault(write(CLOUDS_YAML.replace("0123456", value)))


def test_a_password_without_a_space_behind_the_colon_is_not_in_the_error(write):
    sentence = fault(write("clouds: {old: {auth: {auth_url: http://a/v3, password:hunter22}}}"))
    assert "hunter22" not in sentence
    assert "clouds.old.auth.password): The key password has no value." in sentence


def test_the_mask_of_secrets_leaves_what_is_said_of_a_password(write):
    sentence = fault(write("clouds: {old: {auth: {auth_url: http://a/v3, password: [a]}}}"))
    assert mask(sentence) == sentence


def test_an_anchor_that_holds_itself_is_refused(write):
    text = FLAT_YAML.replace("  endpoint", "  workloads: &a {a: *a}\n  endpoint")
    assert "config.yaml, line 2: What begins here contains itself." in fault(write(text))
