"""A clouds.yaml means here what it means to openstacksdk, or is refused by name."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from dashboard.clients.cloud_access import SERVICES
from dashboard.clients.cloud_files import read_cloud, read_clouds
from dashboard.clients.sdk_config import sdk_config
from dashboard.errors import BadInput

Json = dict[str, Any]

LOGIN: Json = {
    "auth_url": "https://cloud.example:5000/v3",
    "username": "admin",
    "password": "secret-password",
    "project_name": "admin",
}


def entry(*without: str, auth: Json | None = None, **options: Any) -> Json:
    """Return an entry with a login by password, changed as a case wants it."""
    login = {key: value for key, value in LOGIN.items() if key not in without}
    return {"auth": {**login, **(auth or {})}, **options}


VENDORS = {
    "public-clouds": {
        "ours": {
            "auth": {"auth_url": "https://ours.example/v3"},
            "regions": ["north", "south"],
            "block_storage_endpoint_override": "https://{region_name}.ours.example/volume",
            "interface": "internal",
        }
    }
}
TWO_REGIONS = [
    {"name": "north", "values": {"interface": "internal", "verify": False}},
    {"name": "south", "values": {"auth": {"username": "southerner"}}},
]
PLAIN = {
    "password": entry(),
    "domains in auth": entry(auth={"user_domain_name": "Ops", "project_domain_id": "d1"}),
    "domains beside auth": entry(user_domain_name="Corp", project_domain_name="Corp"),
    "one domain for both in auth": entry(auth={"domain_id": "ops"}),
    "one domain for both beside auth": entry(domain_name="Ops"),
    "a default domain": entry(auth={"default_domain_id": "d7"}),
    "the default domain of the client": entry(default_domain="d8"),
    "a project beside auth": entry("project_name", project_id="0123"),
    "ids instead of names": entry(
        "username", "project_name", auth={"user_id": "u1", "project_id": "p1"}
    ),
    "the tenant of old": entry("project_name", auth={"tenant_name": "old"}),
    "the tenant's id of old": entry("project_name", auth={"tenant_id": "0815"}),
    "scoped to a domain": entry("project_name", auth={"domain_id": "default"}),
    "scoped to the system": entry("project_name", auth={"system_scope": "all"}),
    "a trust": entry("project_name", auth={"trust_id": "t1"}),
    "v3password": entry(auth_type="v3password", auth={"user_domain_id": "default"}),
    "an application credential": {
        "auth_type": "v3applicationcredential",
        "auth": {
            "auth_url": "https://cloud.example/identity",
            "application_credential_id": "a1",
            "application_credential_secret": "secret-credential",
        },
    },
    "a token": entry("username", "password", auth_type="token", auth={"token": "secret-token"}),
    "a token of version 3": entry(
        *("username", "password"),
        auth_type="v3token",
        auth={"token": "secret-token", "project_domain_id": "default"},
    ),
    "a one-time password": entry("password", auth_type="v3totp", auth={"passcode": "0123"}),
    "a login beside auth": {"auth": {"auth_url": "https://cloud.example/v3"}, **LOGIN},
    "a region": entry(region_name="one"),
    "regions": entry(regions=["east", "west"]),
    "regions and a region": entry(regions=["east", "west"], region_name="west"),
    "regions with values": entry(regions=TWO_REGIONS),
    "regions in a comma list": entry(region_name="east,west"),
    "an interface": entry(interface="internal"),
    "the interface of old": entry(endpoint_type="adminURL"),
    "interfaces in their order": entry(interface=["internal", "public"]),
    "interfaces of services": entry(volume_interface="internal", image_endpoint_type="adminURL"),
    "insecure": entry(insecure=True),
    "no verify": entry(verify=False),
    "insecure goes before verify": entry(insecure=True, verify=True),
    "insecure goes before cacert": entry(insecure=True, cacert="ca.pem"),
    "a CA bundle": entry(cacert="ca.pem"),
    "a CA bundle as verify": entry(verify="ca.pem"),
    "a client certificate": entry(cert="client.pem", key="client.key"),
    "a client certificate with its key in it": entry(cert="client.pem"),
    "addresses of services": entry(
        compute_endpoint_override="https://nova.example/v2.1",
        volumev3_endpoint_override="https://cinder.example/v3/%(project_id)s",
        image_endpoint="https://glance.example",
    ),
    "an address with its region in it": entry(
        region_name="west", network_endpoint_override="https://{region_name}.neutron.example/"
    ),
    "versions of services": entry(
        identity_api_version="3",
        compute_api_version="2.1",
        volume_api_version=2,
        image_api_version=2,
        network_api_version="2.0",
    ),
    "types and names of services": entry(
        block_storage_service_type="volumev2", compute_service_name="nova-cells"
    ),
    "limits": entry(rate_limit={"compute": 5, "volume": 0.5}, concurrency={"image": 2}),
    "a timeout": entry(api_timeout=30),
    "retries": entry(compute_connect_retries=4, status_code_retries=3),
    "IPv4 only": entry(force_ipv4=True),
    "Keystone in a region of its own": entry(region_name="west", identity_region_name="global"),
    "hyphens": {"auth": {**LOGIN, "user-domain-name": "Ops"}, "region-name": "one"},
    "a profile of openstacksdk": entry("auth_url", profile="otc"),
    "a profile with its region chosen": entry("auth_url", profile="citycloud", region_name="Sto2"),
    "a profile by its old key": entry("auth_url", cloud="zetta"),
    "a profile of the vendor file": entry("auth_url", profile="ours", region_name="south"),
    "an entry goes before its profile": entry(profile="otc", interface="admin"),
    "a profile that nobody has": entry(profile="nobodys"),
}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder with what files name, in which openstacksdk would look for its own."""
    for name in ("ca.pem", "client.pem", "client.key"):
        (tmp_path / name).touch()
    (tmp_path / "clouds-public.yaml").write_text(yaml.safe_dump(VENDORS))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(requests, "get", never_fetched)
    return tmp_path


def never_fetched(address: str, **_: Any) -> None:
    pytest.fail(f"{address} was fetched")


def kept(folder: Path, values: Json, name: str = "clouds.yaml") -> Path:
    path = folder / name
    path.write_text(yaml.safe_dump({"clouds": {"old": values}}, sort_keys=False))
    return path


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


REFUSED: dict[str, tuple[Json, str, str]] = {
    "a profile by address": (
        entry("auth_url", profile="https://vexxhost.com"),
        "(clouds.old.profile)",
        "not fetched",
    ),
    "a profile that is kept at an address": (
        entry("auth_url", profile="vexxhost"),
        "(clouds.old.profile)",
        "The profile vexxhost would be fetched",
    ),
    "a profile that there is not": (
        entry("auth_url", profile="nobodys"),
        "(clouds.old.profile)",
        "There is no profile nobodys.",
    ),
    "no address": (entry("auth_url"), "(clouds.old.auth)", "The key auth_url is missing."),
    "no login at all": ({"region_name": "one"}, "(clouds.old)", "The key auth_url is missing."),
    "no account": (
        {"auth_type": "none", "auth": {"endpoint": "https://cloud.example"}},
        "(clouds.old.auth_type)",
        "Pumphouse needs an account in Keystone.",
    ),
    "Keystone's version 2": (
        entry(auth_type="v2password"),
        "(clouds.old.auth_type)",
        "Pumphouse speaks version 3 of Keystone's API.",
    ),
    "version 2 by its key": (
        entry(identity_api_version="2.0"),
        "(clouds.old.identity_api_version)",
        "Pumphouse speaks version 3 of identity",
    ),
    "an auth_type that there is not": (
        entry(auth_type="v3passwort"),
        "(clouds.old.auth_type)",
        "There is no such auth_type.",
    ),
    "a key that the login does not take": (
        entry(auth={"realm": "corp"}),
        "(clouds.old.auth.realm)",
        "The auth_type does not take realm.",
    ),
    "a microversion": (
        entry(compute_api_version="2.72"),
        "(clouds.old.compute_api_version)",
        "Pumphouse speaks version 2 of compute",
    ),
    "a microversion by its key": (
        entry(volumev3_default_microversion="3.50"),
        "(clouds.old.volumev3_default_microversion)",
        "Pumphouse chooses the microversion",
    ),
    "Glance's first version": (
        entry(image_api_version=1),
        "(clouds.old.image_api_version)",
        "version 2 of image",
    ),
    "a service in another region": (
        entry(region_name="west", network_region_name="east"),
        "(clouds.old.network_region_name)",
        "one region for all services",
    ),
    "a cloud without a service that is needed": (
        entry(has_network=False),
        "(clouds.old.has_network)",
        "Pumphouse needs network.",
    ),
    "an interface that there is not": (
        entry(image_interface="private"),
        "(clouds.old.image_interface)",
        "Expected one of public",
    ),
    "an address with a login in it": (
        entry(image_endpoint_override="https://me:hunter22@glance.example"),
        "(clouds.old.image_endpoint_override)",
        "Expected an address",
    ),
    "a CA bundle that is not there": (
        entry(cacert="no.pem"),
        "(clouds.old.cacert)",
        "no.pem does not exist.",
    ),
    "a CA bundle as verify that is not there": (
        entry(verify="no.pem"),
        "(clouds.old.verify)",
        "Expected true or false.",
    ),
    "insecure as openstacksdk would not understand it": (
        entry(insecure="yes"),
        "(clouds.old.insecure)",
        "Expected true or false.",
    ),
    "a limit that is no number": (
        entry(rate_limit={"compute": "fast"}),
        "(clouds.old)",
        "could not convert string to float",
    ),
    "a region without a name": (
        entry(regions=[{"values": {"auth": {"password": "hunter22"}}}]),
        "(clouds.old)",
        "Invalid region entry",
    ),
    "a project without its domain": (
        entry("username", auth_type="v3token", auth={"token": "t"}),
        "(clouds.old.auth)",
        "you must also provide either a project_domain_id",
    ),
    "a timeout that is no number": (entry(api_timeout="soon"), "(clouds.old)", "convert"),
    "a login that somebody must answer": (
        entry(
            "username",
            "password",
            auth_type="v3oidcdeviceauthz",
            auth={
                "identity_provider": "corp",
                "protocol": "openid",
                "client_id": "pumphouse",
                "project_domain_id": "default",
                "discovery_endpoint": "https://idp.example",
                "device_authorization_endpoint": "https://idp.example/device",
            },
        ),
        "(clouds.old.auth_type)",
        "Nobody is there",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_honoured_is_refused_by_name(folder, case):
    values, place, sentence = REFUSED[case]
    path = kept(folder, values)
    with pytest.raises(BadInput) as raised:
        read_clouds(path)
    said = str(raised.value)
    assert said.startswith(f"{path}, line ")
    assert place in said and sentence in said
    assert "hunter22" not in said and "secret" not in said


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
