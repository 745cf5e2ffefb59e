"""A clouds.yaml means here what it means to openstacksdk."""

import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from os_service_types import service_types

from dashboard.clients.cloud_access import SERVICES
from dashboard.clients.cloud_files import read_cloud
from dashboard.clients.sdk_config import sdk_config
from dashboard.errors import BadInput
from tests.support.sdk_clouds import PLAIN, Json, entry, kept


def meant(folder: Path) -> Any:
    """Return what the client ``openstack`` makes of the cloud when it runs in the folder."""

    class Client(sdk_config("loader").OpenStackConfig):
        def auth_config_hook(self, config: Json) -> Json:
            auth, domain = config["auth"], config.get("default_domain") or "default"
            if config["auth_type"] in ("password", "v3password", "v3totp"):
                for owner, name in (("user", "username"), ("project", "project_name")):
                    given = {f"{owner}_domain_id", f"{owner}_domain_name"}
                    given |= {"default_domain_id", "default_domain_name"}
                    if (name in auth or name in config) and not given & auth.keys():
                        auth[f"{owner}_domain_id"] = domain
            return config

    client = Client(
        config_files=[str(folder / "clouds.yaml")],
        secure_files=[str(folder / "secure.yaml")],
        vendor_files=[str(folder / "clouds-public.yaml")],
        load_envvars=False,
    )
    return client.get_one("old")


def without_suffix(interface: Any) -> Any:
    if isinstance(interface, list):
        return [name.removesuffix("URL") for name in interface]
    return interface.removesuffix("URL")


def absolute(folder: Path, verify: Any) -> Any:
    return str(folder / verify) if isinstance(verify, str) else verify


@pytest.mark.parametrize("case", PLAIN)
def test_a_cloud_is_what_openstacksdk_makes_of_it(folder, case):
    access, region = read_cloud(kept(folder, PLAIN[case]), "old"), meant(folder)
    auth = region.get_auth_args()
    assert access.auth == {**auth, "auth_url": auth["auth_url"].rstrip("/")}
    assert access.auth_type == region.config["auth_type"]
    assert access.region_name == (region.get_region_name() or None)
    assert access.interface == without_suffix(region.get_interface())
    verify, cert = region.get_requests_verify_args()
    assert access.verify == absolute(folder, verify)
    certificate = (access.cert, access.key) if access.cert and access.key else access.cert
    given = tuple(absolute(folder, each) for each in cert) if isinstance(cert, tuple) else cert
    assert certificate == (absolute(folder, given) if isinstance(given, str) else given)
    assert access.timeout == region.config["api_timeout"]


@pytest.mark.parametrize("case", PLAIN)
def test_every_service_is_found_where_openstacksdk_finds_it(folder, case):
    access, region = read_cloud(kept(folder, PLAIN[case]), "old"), meant(folder)
    for service in SERVICES:
        options, type_ = access.service(service), service.replace("_", "-")
        assert options.endpoint_override == region.get_endpoint(type_), service
        assert options.region_name == (region.get_region_name(type_) or None), service
        assert options.interface == without_suffix(region.get_interface(type_)), service
        assert options.service_type == region.get_service_type(type_), service
        assert options.service_name == region.get_service_name(type_), service
        assert options.version == (region.get_api_version(type_) or "")[:1], service
        limit = region.get_rate_limit(type_)
        assert options.rate_limit == (float(limit) if limit else None), service


def test_the_types_of_services_are_looked_up_in_one_table(folder, monkeypatch):
    path = kept(folder, entry(volume_api_version="3"))
    read_cloud(path, "old")
    copied: list[Any] = []
    monkeypatch.setattr(service_types, "copy", SimpleNamespace(deepcopy=copied.append))
    assert read_cloud(path, "old").service("block_storage").version == "3"
    assert not copied


def test_secure_yaml_is_laid_over_the_file(folder):
    path = kept(folder, entry("password", region_name="west"))
    kept(folder, {"auth": {"password": "secret-of-secure", "username": "other"}}, "secure.yaml")
    access = read_cloud(path, "old")
    assert (access.auth["password"], access.region_name) == ("secret-of-secure", "west")
    assert access.auth == meant(folder).get_auth_args()


def test_the_file_for_secrets_may_be_named_in_the_environment(folder, monkeypatch):
    path, elsewhere = kept(folder, entry("password")), folder / "elsewhere"
    elsewhere.mkdir()
    kept(elsewhere, {"auth": {"password": "secret-elsewhere"}}, "mine.yaml")
    monkeypatch.setenv("OS_CLIENT_SECURE_FILE", str(elsewhere / "mine.yaml"))
    assert read_cloud(path, "old").auth["password"] == "secret-elsewhere"


def test_another_file_in_the_environment_does_not_replace_the_one_that_is_asked_for(
    folder, monkeypatch
):
    path = kept(folder, entry(region_name="mine"))
    other = kept(folder, entry(region_name="others"), "other.yaml")
    monkeypatch.setenv("OS_CLIENT_CONFIG_FILE", str(other))
    monkeypatch.setenv("OS_REGION_NAME", "environment")
    assert read_cloud(path, "old").region_name == "mine"


def test_a_vendor_file_that_is_not_yaml_is_told_by_its_name(folder):
    (folder / "clouds-public.yaml").write_text("public-clouds:\n\tours: {}\n")
    with pytest.raises(BadInput, match=r"clouds-public\.yaml, line 2: This is not YAML"):
        read_cloud(kept(folder, entry("auth_url", profile="ours")), "old")


def test_the_second_version_of_keystone_in_an_address_becomes_the_third(folder):
    path = kept(folder, entry(auth={"auth_url": "http://old.example:5000/v2.0/"}))
    assert read_cloud(path, "old").auth["auth_url"] == "http://old.example:5000/v3"


@pytest.mark.parametrize("written", ["0123456", "1e3", "2026-01-01", "yes", "0x10", "1_000"])
def test_a_password_is_what_is_written_and_not_what_yaml_makes_of_it(folder, written):
    path = kept(folder, entry())
    path.write_text(path.read_text().replace("secret-password", written))
    assert read_cloud(path, "old").auth["password"] == written


def test_retries_are_those_of_the_file(folder):
    access = read_cloud(kept(folder, PLAIN["retries"]), "old")
    assert access.service("compute").retries == {"connect_retries": 4, "status_code_retries": 3}
    assert read_cloud(kept(folder, entry()), "old").service("image").retries == {}


def test_reading_a_file_imports_no_connection_of_openstacksdk(folder):
    script = (
        "import sys; from pathlib import Path\n"
        "from dashboard.clients.cloud_files import read_clouds\n"
        f"read_clouds(Path({str(kept(folder, entry()))!r}))\n"
        "print('openstack.config' in sys.modules, 'openstack.connection' in sys.modules)"
    )
    told = subprocess.check_output([sys.executable, "-c", script], text=True)
    assert told == "True False\n"


def test_a_password_of_version_2_is_one_for_whichever_version_there_is(folder):
    login = {"tenant_name": "ops", "auth_url": "https://cloud.example:5000/v2.0"}
    cloud = entry("project_name", auth_type="v2password", auth=login)
    access = read_cloud(kept(folder, cloud), "old")
    assert access.auth_type == "password"
    # the catalogue has it: an administrator's is another one than that of the login
    assert access.service("identity").endpoint_override is None
    assert access.auth == {
        "auth_url": "https://cloud.example:5000/v3",
        "username": "admin",
        "password": "secret-password",
        "project_name": "ops",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
