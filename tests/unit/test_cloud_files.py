import re
from pathlib import Path

import pytest

from dashboard.clients.cloud_files import file_warnings, read_cloud, read_clouds, read_settings
from dashboard.errors import BadInput, NotFound
from dashboard.secrets import MASK, mask

CLOUDS_YAML = """\
clouds:
  old:
    profile: ignored
    region_name: RegionOne
    interface: internalURL
    identity_api_version: 3
    auth:
      auth_url: http://old.example:5000/v3
      username: admin
      password: 0123456
      project_name: admin
    pumphouse:
      identity: {connection: "mysql+pymysql://keystone:dbsecret@10.0.0.5/keystone?charset=utf8"}
      environment: Old racks
      urls: {horizon: http://old.example/horizon}
      populate: {num_tenants: 2}
      workloads: {tenants: [{name: acme, users: [{name: ann, password: annsecret}]}]}
  new:
    auth_type: v3applicationcredential
    verify: "False"
    auth:
      auth_url: https://new.example:5000/v3
      application_credential_id: abc
      application_credential_secret: credentialsecret
"""

CONFIG_YAML = """\
DEBUG: true
SERVER_NAME: pumphouse.example.com:8080
CLOUD_RESET: yes
LOGGING: {version: 1}
CLOUD_DRIVER: pumphouse.cloud.Cloud
PARAMETERS:
  volume_tasks_timeout: 300
PLUGINS:
  network: neutron
  provision_server: snapshot
  assignment: fixed
  assignment_parameters:
    roles: [compute]
    disks: [{name: sda, volumes: [{name: os, size: 100}]}]
    ifaces: [{name: eth0, assigned_networks: [storage]}]
cmds:
  ping: {cmd: ping %, input: [public]}
CLOUDS:
  source:
    endpoint: &endpoint
      auth_url: http://172.18.18.2:5000/v2.0/
      username: admin
      password: sourcesecret
      tenant_name: admin
    identity:
      connection: mysql://root:p@ss/word@172.18.18.2/keystone
    environment: Source
    urls: {horizon: http://172.18.18.2/, mos: http://172.18.18.2:8000/}
    populate: {num_tenants: 2, num_servers: 1, num_volumes: 1, volume_size: 1}
    workloads: {images: [{name: cirros}], floating_ips: []}
  destination:
    endpoint:
      <<: *endpoint
      auth_url: http://172.18.18.3:5000/v3
      project_domain_name: Operators
      insecure: true
  fuel:
    endpoint: {host: 10.20.0.2, port: 8443, username: admin, password: fuelsecret}
"""

FLAT_YAML = """\
source:
  endpoint: {auth_url: http://a:5000/v2.0, username: u, password: secret, tenant_name: t}
"""


@pytest.fixture
def write(tmp_path):
    def write_text(text, name="config.yaml"):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return write_text


def fault(path):
    with pytest.raises(BadInput) as raised:
        read_clouds(path)
    return str(raised.value)


def test_clouds_yaml_gives_login_and_the_keys_of_pumphouse(write):
    old = read_clouds(write(CLOUDS_YAML))["old"]
    assert old.auth == {
        "auth_url": "http://old.example:5000/v3",
        "username": "admin",
        "password": "0123456",
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    assert (old.auth_type, old.region_name, old.interface) == ("password", "RegionOne", "internal")
    assert old.keystone_connection.endswith("@10.0.0.5/keystone?charset=utf8")
    assert (old.environment, old.populate) == ("Old racks", {"num_tenants": 2})
    assert old.urls == {"horizon": "http://old.example/horizon"}
    assert old.workloads["tenants"][0]["name"] == "acme"
    assert old.verify is True


def test_another_auth_type_needs_no_project_and_gets_no_domains(write):
    new = read_cloud(write(CLOUDS_YAML), "new")
    assert new.auth.keys() == {
        "auth_url",
        "application_credential_id",
        "application_credential_secret",
    }
    assert (new.auth_type, new.verify) == ("v3applicationcredential", False)


def test_domain_id_beside_a_project_is_the_domain_of_user_and_project(write):
    text = CLOUDS_YAML.replace("project_name: admin", "project_name: admin\n      domain_id: ops")
    auth = read_cloud(write(text), "old").auth
    assert (auth["user_domain_id"], auth["project_domain_id"]) == ("ops", "ops")
    assert "domain_id" not in auth


def test_secure_yaml_beside_the_file_adds_the_password(write):
    write("clouds: {old: {auth: {password: fromsecure}}, new:}", "secure.yaml")
    clouds = read_clouds(write(CLOUDS_YAML.replace("      password: 0123456\n", ""), "clouds.yaml"))
    assert clouds["old"].auth["password"] == "fromsecure"
    assert clouds["old"].auth["username"] == "admin"
    assert clouds["new"].auth["application_credential_id"] == "abc"


def test_a_fault_in_secure_yaml_names_that_file(write):
    write("clouds:\n  old:\n    auth:\n      pasword: x", "secure.yaml")
    path = write(CLOUDS_YAML, "clouds.yaml")
    assert f"{path.parent}/secure.yaml, line 4, clouds.old.auth.pasword:" in fault(path)


def test_config_yaml_of_2015_is_accepted_as_it_was(write):
    source, destination = read_clouds(write(CONFIG_YAML)).values()
    assert (source.name, destination.name) == ("source", "destination")
    assert source.auth == {
        "auth_url": "http://172.18.18.2:5000/v3",
        "username": "admin",
        "password": "sourcesecret",
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
    assert source.populate == {
        "num_tenants": 2,
        "num_servers": 1,
        "num_volumes": 1,
        "volume_size": 1,
    }
    assert source.environment == "Source"
    assert source.urls["mos"] == "http://172.18.18.2:8000/"
    assert source.workloads == {"images": [{"name": "cirros"}], "floating_ips": []}
    assert destination.auth["password"] == "sourcesecret"
    assert destination.auth["auth_url"] == "http://172.18.18.3:5000/v3"
    assert destination.auth["project_domain_name"] == "Operators"
    assert "project_domain_id" not in destination.auth
    assert destination.verify is False


def test_config_yaml_of_2015_gives_its_settings(write):
    settings = read_settings(write(CONFIG_YAML))
    assert (settings.bind_host, settings.port) == ("127.0.0.1", 8080)
    assert settings.server_name == "pumphouse.example.com"
    assert settings.clouds_reset and settings.debug
    assert settings.volume_tasks_timeout == 300
    assert settings.plugins.provision_server == "snapshot"
    assert settings.plugins.assignment_parameters["roles"] == ["compute"]
    assert (settings.fuel.host, settings.fuel.port) == ("10.20.0.2", 8443)


def test_flat_config_yaml_has_a_source_and_no_destination(write):
    path = write(FLAT_YAML)
    assert list(read_clouds(path)) == ["source"]
    settings = read_settings(path)
    assert (settings.bind_host, settings.port, settings.clouds_reset) == ("127.0.0.1", 5000, False)
    assert settings.fuel is None


@pytest.mark.parametrize(
    ("line", "address"),
    [
        ("BIND_HOST: 0.0.0.0:8000", ("0.0.0.0", 8000)),
        ("BIND_HOST: '[::1]:8000'", ("::1", 8000)),
        ("BIND_HOST: 10.0.0.1\nSERVER_NAME: x:9000", ("10.0.0.1", 5000)),
        ("SERVER_NAME: x:9000", ("127.0.0.1", 9000)),
    ],
)
def test_bind_host_goes_before_server_name(write, line, address):
    settings = read_settings(write(f"{line}\n{FLAT_YAML}"))
    assert (settings.bind_host, settings.port) == address


def test_clouds_yaml_has_the_default_settings(write):
    settings = read_settings(write(CLOUDS_YAML))
    assert (settings.port, settings.volume_tasks_timeout) == (5000, 120)


def test_every_secret_of_a_file_is_masked_and_in_no_repr(write):
    clouds = [*read_clouds(write(CLOUDS_YAML)).values(), *read_clouds(write(CONFIG_YAML)).values()]
    shown = repr(clouds) + repr(read_settings(write(CONFIG_YAML)))
    secrets = [
        "0123456",
        "dbsecret",
        "annsecret",
        "credentialsecret",
        "sourcesecret",
        "p@ss/word",
        "fuelsecret",
    ]
    assert [secret for secret in secrets if secret in shown] == []
    assert [mask(secret) for secret in secrets] == [MASK] * len(secrets)


def test_one_cloud_is_read_although_another_is_faulty(write):
    path = write(
        CLOUDS_YAML.replace("      application_credential_id: abc\n", "      user_nam: x\n")
    )
    assert read_cloud(path, "old").name == "old"
    assert "line 23, clouds.new.auth.user_nam: The key user_nam is not known here" in fault(path)


def test_an_unknown_cloud_name_tells_the_known_ones(write):
    path = write(CLOUDS_YAML)
    with pytest.raises(NotFound, match=r"has no cloud third\. It has: old, new\."):
        read_cloud(path, "third")
    with pytest.raises(NotFound, match=r"Did you mean old\?"):
        read_cloud(path, "olds")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("project_name:", "projectname:", "line 11, clouds.old.auth.projectname: The key projectn"),
        ("project_name:", "projectname:", "Did you mean project_name?"),
        (
            "    pumphouse:",
            "    pumphose:",
            "line 12, clouds.old.pumphose: The key pumphose is not",
        ),
        ("environment:", "enviroment:", "line 14, clouds.old.pumphouse.enviroment: The key env"),
        ("      username: admin\n", "", "line 8, clouds.old.auth: The key username is missing."),
        ("      project_name: admin\n", "", "clouds.old.auth: The key project_name is missing."),
        ("0123456", "", "line 10, clouds.old.auth.password: The key password has no value."),
        ("0123456", "[a]", "line 10, clouds.old.auth.password: Expected a single value, found a l"),
        ("0123456", "!vault x", "line 10, clouds.old.auth.password: Tags"),
        ("http://old.example:5000", "old", "line 8, clouds.old.auth.auth_url: Expected an address"),
        ("http://old", "http://me:hunter@old", "clouds.old.auth.auth_url: Expected an address"),
        ("internalURL", "private", "line 5, clouds.old.interface: Expected one of public, inter"),
        ("num_tenants: 2", "num_tenants: two", "line 16, clouds.old.pumphouse.populate.num_tenan"),
        ('"False"', "maybe", "line 20, clouds.new.verify: Expected true or false."),
        ('verify: "False"', "cacert: ca.pem", "line 20, clouds.new.cacert: The file /"),
        ("mysql+pymysql", "postgresql", "identity.connection: Keystone's database must be MySQL"),
        ("  new:", "  old:", "line 18, clouds.old: The key old is there twice, first in line 2."),
        ("clouds:", "Clouds:", "line 1, Clouds: The key Clouds is not known here. Did you mean CL"),
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
            "CLOUDS.sorce: The key sorce is not known here",
        ),
        (
            "    environment: Source\n",
            "    wurst: 1\n",
            "line 27, CLOUDS.source.wurst: The key wurst",
        ),
        (
            "tenant_name",
            "tenantname",
            "line 24, CLOUDS.source.endpoint.tenantname: The key tenantn",
        ),
        ("connection:", "conection:", "line 26, CLOUDS.source.identity.conection: The key conecti"),
        (
            "DEBUG:",
            "DEBUGG:",
            "line 1, DEBUGG: The key DEBUGG is not known here. Did you mean DEBUG?",
        ),
        ("DEBUG: true", "source: {}", "line 1, source: The key source belongs below CLOUDS."),
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
            "line 10, PLUGINS.provision_server",
        ),
        (
            "roles: [compute]",
            "roles: compute",
            "PLUGINS.assignment_parameters.roles: Expected a li",
        ),
        ("  network:", "  netwrok:", "line 9, PLUGINS.netwrok: The key netwrok is not known here"),
        ("timeout: 300", "timeout: 0", "PARAMETERS.volume_tasks_timeout: Expected a whole number"),
        (
            "volume_tasks_timeout",
            "volume_timeout",
            "line 7, PARAMETERS.volume_timeout: The key vol",
        ),
        ("com:8080", "com:80808", "line 2, SERVER_NAME: Expected host or host:port."),
        ("CLOUD_RESET: yes", "CLOUDS_RESET: perhaps", "line 3, CLOUDS_RESET: Expected true or fal"),
        ("port: 8443", "prt: 8443", "line 38, CLOUDS.fuel.endpoint.prt: The key prt is not known"),
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
        ("[" * 5000, "is nested too deeply"),
        ("? [a]\n: b\n", "line 1: A key must be a single word."),
        ("{clouds: 1, clouds: 2}", "line 1, clouds: The key clouds is there twice"),
        ("DEBUG: true\n", "There are no clouds in this file."),
        ("clouds: []\n", "line 1, clouds: Expected keys with values, found a list."),
    ],
)
def test_what_is_not_a_file_of_clouds_is_told_with_its_line(write, text, expected):
    assert expected in fault(write(text))


def test_a_file_that_is_not_there_or_not_text_is_one_sentence(tmp_path):
    assert (
        fault(tmp_path / "no.yaml")
        == f"{tmp_path}/no.yaml cannot be read: No such file or directory."
    )
    assert "cannot be read: Is a directory" in fault(tmp_path)
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
    assert "clouds.old.auth.password: The key password has no value." in sentence


def test_a_ca_bundle_is_found_beside_the_file_and_given_as_verify(write):
    bundle = write("", "ca.pem")
    path = write(CLOUDS_YAML.replace('verify: "False"', "cacert: ca.pem"))
    assert read_cloud(path, "new").verify == str(bundle)


def test_a_file_with_passwords_that_others_can_read_is_warned_about(write):
    path: Path = write(CLOUDS_YAML, "clouds.yaml")
    path.chmod(0o640)
    assert file_warnings(path) == [
        f"{path} holds passwords, and other accounts can read or change it (mode 0640): "
        f"run chmod 600 {path}."
    ]
    path.chmod(0o600)
    assert file_warnings(path) == []


def test_a_file_without_passwords_may_be_read_by_all(write):
    path = write("clouds: {old: {auth: {username: password}}}", "clouds.yaml")
    path.chmod(0o644)
    secure = write("clouds: {old: {auth: {password: x}}}", "secure.yaml")
    secure.chmod(0o644)
    assert [str(secure) in warning for warning in file_warnings(path)] == [True]


def test_an_anchor_that_holds_itself_is_refused(write):
    text = FLAT_YAML.replace("  endpoint", "  workloads: &a {a: *a}\n  endpoint")
    assert "line 2, source.workloads: Something in here is not a plain value." in fault(write(text))


def documented(kind):
    guide = Path(__file__).parents[2] / "docs" / "configuration.md"
    return re.findall(rf"```{kind}\n(.*?)```", guide.read_text(encoding="utf-8"), re.DOTALL)


def test_the_examples_of_the_guide_are_read_as_they_stand(write):
    openstack, secure, of_2015, flat = documented("yaml")
    write(secure, "secure.yaml")
    assert list(read_clouds(write(openstack, "clouds.yaml"))) == ["old", "new"]
    bundle = "/etc/ssl/certs/ca-certificates.crt"
    path = write(of_2015.replace(bundle, str(write("", "ca.pem"))))
    assert list(read_clouds(path)) == ["source", "destination"]
    assert read_settings(path).fuel.host == "192.0.2.1"
    assert list(read_clouds(write(flat))) == ["source", "destination"]


def test_the_guide_has_every_environment_variable_of_the_settings():
    root = Path(__file__).parents[2]
    settings = (root / "dashboard" / "settings.py").read_text(encoding="utf-8")
    guide = (root / "docs" / "configuration.md").read_text(encoding="utf-8")
    variables = set(re.findall(r'env(?:\.\w+)?\(\s*"(\w+)"', settings))
    assert variables
    assert {name for name in variables if f"| `{name}` |" not in guide} == set()
