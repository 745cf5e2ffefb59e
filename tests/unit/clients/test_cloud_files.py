"""Both formats of a file of clouds, and what is read from them."""

from pathlib import Path

import pytest

from dashboard.clients.cloud_files import file_warnings, read_cloud, read_clouds, read_settings
from dashboard.secrets import MASK, mask
from tests.support.cloud_files import CLOUDS_YAML, CONFIG_YAML, FLAT_YAML


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
