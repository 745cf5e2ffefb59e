"""Where the Fuel master is taken from: environment, configuration, or its own file."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dashboard import secrets
from dashboard.clients.cloud_files import read_clouds, read_settings
from dashboard.errors import BadInput
from dashboard.hosts_app.fuel.masters import configured_fuel, is_fuel_configured
from tests.support.fuel_masters import make_certificate

CONFIG = """
fuel:
  endpoint: {host: 10.20.0.2, password: of-the-config}
"""
ASTUTE = """
HOSTNAME: fuel
ADMIN_NETWORK: {interface: eth0, ipaddress: 10.20.0.3, netmask: 255.255.255.0}
FUEL_ACCESS: {user: admin, password: of-the-master}
"""
CREDENTIALS = "{username: pump, password: of-the-file, tenant_name: services}"

Write = Callable[..., Path]


@pytest.fixture(autouse=True)
def unconfigured(settings: Any, tmp_path: Path) -> None:
    settings.PUMPHOUSE_CONFIG = settings.PUMPHOUSE_FUEL_URL = ""
    settings.PUMPHOUSE_FUEL_CREDENTIALS = ""
    settings.PUMPHOUSE_ASTUTE = str(tmp_path / "astute.yaml")
    settings.PUMPHOUSE_FUEL_KEYS = str(tmp_path)


def test_nothing_that_names_a_master_is_told_with_all_that_could(settings: Any) -> None:
    assert not is_fuel_configured()
    with pytest.raises(BadInput, match="No Fuel master is configured") as caught:
        configured_fuel()
    for place in ("config.yaml", "PUMPHOUSE_FUEL_URL", settings.PUMPHOUSE_ASTUTE):
        assert place in caught.value.fix


def test_the_master_is_itself_configured_by_its_own_file(write: Write) -> None:
    write(ASTUTE, "astute.yaml")
    assert configured_fuel().address == "http://10.20.0.3:8000"
    assert secrets.mask("of-the-master") == secrets.MASK


def test_a_master_that_allows_only_https_is_asked_so(write: Write) -> None:
    write(f"{ASTUTE}SSL: {{force_https: true}}", "astute.yaml")
    assert configured_fuel().address == "https://10.20.0.3:8443"


def test_the_configuration_comes_before_the_master_and_the_environment_before_both(
    write: Write, settings: Any
) -> None:
    write(ASTUTE, "astute.yaml")
    settings.PUMPHOUSE_CONFIG = str(write(CONFIG))
    assert configured_fuel().address == "http://10.20.0.2:8000"
    settings.PUMPHOUSE_FUEL_URL = "https://fuel.example:9443"
    assert configured_fuel().address == "https://fuel.example:9443"


def test_a_configuration_without_fuel_leaves_the_master_its_own(
    write: Write, settings: Any
) -> None:
    write(ASTUTE, "astute.yaml")
    settings.PUMPHOUSE_CONFIG = str(write("clouds: {}", "clouds.yaml"))
    assert configured_fuel().address == "http://10.20.0.3:8000"


def test_an_address_without_a_login_asks_for_the_file(settings: Any) -> None:
    settings.PUMPHOUSE_FUEL_URL = "http://10.20.0.2"
    assert is_fuel_configured(), "the page's button says what is wrong"
    with pytest.raises(BadInput, match="there are no credentials for it") as caught:
        configured_fuel()
    assert "PUMPHOUSE_FUEL_CREDENTIALS" in caught.value.fix


@pytest.mark.parametrize(
    "url", ["10.20.0.2:8000", "ftp://fuel", "http://", "http://admin:secret@fuel", "http://fuel:x"]
)
def test_what_is_no_address_is_told_without_showing_it(
    write: Write, settings: Any, url: str
) -> None:
    settings.PUMPHOUSE_FUEL_URL = url
    settings.PUMPHOUSE_FUEL_CREDENTIALS = str(write(CREDENTIALS, "fuel.yaml"))
    with pytest.raises(BadInput, match="must begin with http") as caught:
        configured_fuel()
    assert "secret" not in str(caught.value)


def test_an_address_may_be_of_version_six(write: Write, settings: Any) -> None:
    settings.PUMPHOUSE_FUEL_URL = "https://[2001:db8::1]"
    settings.PUMPHOUSE_FUEL_CREDENTIALS = str(write(CREDENTIALS, "fuel.yaml"))
    assert configured_fuel().address == "https://[2001:db8::1]:8443"


def test_all_that_can_be_said_of_a_master_is_read(write: Write, tmp_path: Path) -> None:
    certificate, _ = make_certificate(tmp_path)
    path = write(
        """
        fuel:
          endpoint:
            host: fuel.example
            https: true
            username: pump
            password: of-the-config
            tenant_name: services
            cacert: fuel.crt
            connect_timeout: 2
            answer_timeout: 300
          clouds: {verify: false}
        """
    )
    fuel = read_settings(path).fuel
    assert fuel
    assert (fuel.host, fuel.port, fuel.tls) == ("fuel.example", 8443, True)
    assert (fuel.username, fuel.tenant) == ("pump", "services")
    assert (fuel.verify, fuel.clouds_verify) == (str(certificate), False)
    assert (fuel.connect_seconds, fuel.answer_seconds) == (2, 300)
    assert "of-the-config" not in repr(fuel)
    assert read_clouds(path) == {}, "the clouds are those of its environments"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{host: fuel}", r"fuel.endpoint\): The key password is missing"),
        ("{password: x, host: fuel, cert: a}", r"fuel.endpoint.cert\): .* not known here"),
        ("{password: x, host: fuel, cacert: nowhere}", "nowhere does not exist"),
        ("{password: x, host: fuel, connect_timeout: 0}", "whole number from 1 up"),
    ],
)
def test_what_is_wrong_about_fuel_is_told_with_its_place(
    write: Write, text: str, sentence: str
) -> None:
    with pytest.raises(BadInput, match=sentence):
        read_settings(write(f"fuel:\n  endpoint: {text}\n"))
