"""Where Fuel's API is and as whom: from a ``config.yaml``, an address with a file for the login,
or the ``astute.yaml`` that every Fuel master has of itself."""

from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from dashboard.clients.cloud_keys import TLS_KEYS, read_verify
from dashboard.clients.yaml_sections import Section, read_section
from dashboard.errors import BadInput
from dashboard.secrets import register

PORT = 8000
TLS_PORT = 8443
CONNECT_SECONDS = 5
# A master serializes hundreds of nodes before it answers to a deployment.
ANSWER_SECONDS = 120
VERIFY_KEYS = TLS_KEYS - {"cert", "key"}
LOGIN_KEYS = {"username", "password", "tenant_name", *VERIFY_KEYS}
LOGIN_KEYS |= {"connect_timeout", "answer_timeout"}
# What Fuel's own manifests make for the master's pages and API.
CERTIFICATE = "master/nginx/nginx.crt"


@dataclass(frozen=True, kw_only=True)
class FuelEndpoint:
    """Where Fuel's API is, and as whom. The repr does not show the password.

    ``verify`` is False, True or the path of a CA bundle, and so is ``clouds_verify``, for the
    clouds in the environments. ``connect_seconds`` and ``answer_seconds`` bound each request.
    """

    host: str
    port: int = PORT
    username: str = "admin"
    password: str = field(repr=False)
    tenant: str = "admin"
    tls: bool = False
    verify: bool | str = True
    clouds_verify: bool | str = True
    connect_seconds: float = CONNECT_SECONDS
    answer_seconds: float = ANSWER_SECONDS

    @property
    def root(self) -> str:
        """The address of the master's pages; its API and its Keystone are below it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'https' if self.tls else 'http'}://{host}:{self.port}"


def read_fuel(section: Section) -> FuelEndpoint:
    """Read the section ``fuel`` of a config.yaml: the keys of 2015, and ours beside them."""
    section.only({"endpoint", "clouds"})
    endpoint = section.section("endpoint")
    endpoint.only({"host", "port", "https", *LOGIN_KEYS})
    tls = endpoint.boolean("https", default=False)
    return FuelEndpoint(
        host=endpoint.text("host"),
        port=endpoint.number("port", default=TLS_PORT if tls else PORT, least=1),
        tls=tls,
        clouds_verify=_read_clouds_verify(section),
        **_read_login(endpoint),
    )


def read_credentials(path: Path, *, url: str) -> FuelEndpoint:
    """Read the login of the master at ``url`` from a YAML file with the keys of ``endpoint``.

    Raises BadInput for an address that cannot be one and for what is wrong in the file.
    """
    section = read_section(path)
    section.only({"clouds", *LOGIN_KEYS})
    endpoint = FuelEndpoint(
        host="", clouds_verify=_read_clouds_verify(section), **_read_login(section)
    )
    return moved(endpoint, url=url)


def read_astute(path: Path, *, keys: Path) -> FuelEndpoint:
    """Read the astute.yaml of a Fuel master: its address in the admin network, and Fuel's account.

    ``keys`` is the folder in which Fuel keeps the certificates that it makes. Plain http is spoken
    unless the master allows https only.
    """
    root = read_section(path)
    access, network = root.section("FUEL_ACCESS"), root.section("ADMIN_NETWORK")
    tls_settings = root.optional_section("SSL")
    tls = tls_settings is not None and tls_settings.boolean("force_https", default=False)
    password = access.text("password")
    register(password)
    certificate = keys / CERTIFICATE
    return FuelEndpoint(
        host=network.text("ipaddress"),
        port=TLS_PORT if tls else PORT,
        tls=tls,
        verify=str(certificate) if certificate.is_file() else True,
        username=access.text("user"),
        password=password,
    )


def moved(endpoint: FuelEndpoint, *, url: str) -> FuelEndpoint:
    """Return the same login at another address. Raises BadInput when it cannot be an address."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise _no_address() from None
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username is not None:
        raise _no_address()
    tls = parts.scheme == "https"
    return replace(endpoint, host=parts.hostname, port=port or (TLS_PORT if tls else PORT), tls=tls)


def _no_address() -> BadInput:
    return BadInput(
        "The address of Fuel must begin with http:// or https:// and have no user in it.",
        fix="For example https://10.20.0.2:8443.",
    )


def _read_login(section: Section) -> dict[str, Any]:
    password = section.text("password")
    register(password)
    return {
        "username": section.optional_text("username") or "admin",
        "password": password,
        "tenant": section.optional_text("tenant_name") or "admin",
        "verify": read_verify(section),
        "connect_seconds": section.number("connect_timeout", default=CONNECT_SECONDS, least=1),
        "answer_seconds": section.number("answer_timeout", default=ANSWER_SECONDS, least=1),
    }


def _read_clouds_verify(section: Section) -> bool | str:
    clouds = section.optional_section("clouds")
    if clouds is None:
        return True
    clouds.only(VERIFY_KEYS)
    return read_verify(clouds)
