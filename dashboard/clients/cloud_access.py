"""What is needed to reach one cloud, as both file formats give it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dashboard.clients.keystone_address import parse_address
from dashboard.clients.yaml_sections import Section
from dashboard.errors import BadInput
from dashboard.secrets import register

SECRET_KEYS = {
    "password",
    "application_credential_secret",
    "token",
    "passcode",
    "client_secret",
    "access_token",
    "connection",
}
AUTH_KEYS = {
    *("auth_url", "username", "user_id", "password", "passcode", "token"),
    *("project_name", "project_id", "tenant_name", "tenant_id", "system_scope", "trust_id"),
    *("user_domain_id", "user_domain_name", "project_domain_id", "project_domain_name"),
    *("domain_id", "domain_name", "default_domain_id", "default_domain_name"),
    *("application_credential_id", "application_credential_name", "application_credential_secret"),
    *("identity_provider", "protocol", "client_id", "client_secret", "access_token", "endpoint"),
}
TLS_KEYS = {"verify", "insecure", "cacert", "cert", "key"}
OPTION_KEYS = {"auth_type", "region_name", "interface", "endpoint_type", *TLS_KEYS}
EXTRA_KEYS = {"identity", "environment", "urls", "populate", "workloads"}
POPULATE_KEYS = {"num_tenants", "num_servers", "num_volumes", "volume_size"}
SCOPE_KEYS = {"project_name", "project_id", "domain_id", "domain_name", "system_scope", "trust_id"}
DOMAIN_KEYS = {
    "user": {"user_domain_id", "user_domain_name", "default_domain_id", "default_domain_name"},
    "project": {
        *("project_domain_id", "project_domain_name"),
        *("default_domain_id", "default_domain_name"),
    },
}
INTERFACES = ("public", "internal", "admin", "publicURL", "internalURL", "adminURL")
TYPES_WITH_PASSWORD = {"password", "v3password"}
TYPES_WITHOUT_KEYSTONE = {"none", "noauth", "http_basic", "admin_token"}
# The address is shown on pages, so that it must not carry a password.
_plain_address = re.compile(r"https?://[^\s/@]+(?:/[^\s@]*)?")


@dataclass(frozen=True, kw_only=True)
class CloudAccess:
    """How to log in to a cloud, and what Pumphouse alone knows of it.

    ``auth`` is what the keystoneauth plugin ``auth_type`` takes; ``verify`` is False, True or the
    path of a CA bundle. ``keystone_connection`` is the address of the Keystone database, for
    password hashes; ``environment`` the name of the Fuel environment that the cloud lives in;
    ``urls`` are shown to people; ``populate`` and ``workloads`` describe generated test tenants.
    The repr shows no secret.
    """

    name: str
    auth: Mapping[str, str] = field(repr=False)
    auth_type: str = "password"
    region_name: str | None = None
    interface: str = "public"
    verify: bool | str = True
    cert: str | None = None
    key: str | None = None
    keystone_connection: str | None = field(default=None, repr=False)
    environment: str | None = None
    urls: Mapping[str, str] = field(default_factory=dict)
    populate: Mapping[str, int] = field(default_factory=dict)
    workloads: Mapping[str, Any] = field(default_factory=dict, repr=False)

    @property
    def account(self) -> str:
        """Who logs in, as far as the login tells."""
        return self.auth.get("username") or self.auth.get("user_id") or "its account"


def read_access(
    name: str, *, auth: Section, options: Section, extras: Section | None
) -> CloudAccess:
    """Read a cloud from where its format keeps the login, the options and Pumphouse's own keys.

    Registers every secret. Raises BadInput with file, line and key for what is missing or wrong.
    """
    auth_type = options.optional_text("auth_type") or "password"
    return CloudAccess(
        name=name,
        auth=_read_auth(auth, auth_type=auth_type),
        auth_type=auth_type,
        region_name=options.optional_text("region_name"),
        interface=_read_interface(options),
        verify=read_verify(options),
        cert=_read_path(options, "cert"),
        key=_read_path(options, "key"),
        **(_read_extras(extras) if extras else {}),
    )


def read_verify(section: Section) -> bool | str:
    """Read how certificates are checked: False, True or the path of a CA bundle."""
    cacert = _read_path(section, "cacert")
    verify = section.boolean("verify", default=True)
    insecure = section.boolean("insecure", default=False)
    return (cacert or True) if verify and not insecure else False


def register_secrets(values: Any) -> None:
    """Register every secret at any depth of plain values, told by its key."""
    if isinstance(values, Mapping):
        for key, value in values.items():
            if key in SECRET_KEYS and not isinstance(value, Mapping | list):
                register(str(value))
            register_secrets(value)
    elif isinstance(values, list):
        for value in values:
            register_secrets(value)


def _read_auth(section: Section, *, auth_type: str) -> dict[str, str]:
    auth = {key: section.text(key) for key in section if key not in OPTION_KEYS}
    register_secrets(auth)
    for old, new in (("tenant_name", "project_name"), ("tenant_id", "project_id")):
        if old in auth:
            auth.setdefault(new, auth.pop(old))
    if auth_type not in TYPES_WITHOUT_KEYSTONE:
        auth["auth_url"] = _read_auth_url(section)
    if auth_type in TYPES_WITH_PASSWORD:
        _require_password_login(section, auth)
        _add_default_domains(auth)
    return auth


def _read_auth_url(section: Section) -> str:
    """Return Keystone's address, with /v3 for /v2.0: there is no other API left."""
    url = section.text("auth_url").rstrip("/")
    if not _plain_address.fullmatch(url):
        raise section.fault(
            "Expected an address that begins with http:// or https:// and has no user in it.",
            key="auth_url",
        )
    return url.removesuffix("/v2.0") + "/v3" if url.endswith("/v2.0") else url


def _require_password_login(section: Section, auth: Mapping[str, str]) -> None:
    section.text("password")
    if not auth.keys() & {"username", "user_id"}:
        raise section.fault("The key username is missing.", fix="Write username: … there.")
    if not auth.keys() & SCOPE_KEYS:
        raise section.fault(
            "The key project_name is missing.",
            fix="Write project_name: … there (tenant_name: … does too).",
        )


def _add_default_domains(auth: dict[str, str]) -> None:
    """Name Keystone's first domain where the file names none, as before there were domains.

    As in every OpenStack client, ``domain_id`` beside a project means the domain of both.
    """
    scoped_to_project = bool(auth.keys() & {"project_name", "project_id"})
    for kind in ("domain_id", "domain_name"):
        if scoped_to_project and kind in auth:
            value = auth.pop(kind)
            auth.setdefault(f"user_{kind}", value)
            auth.setdefault(f"project_{kind}", value)
    for owner, name in (("user", "username"), ("project", "project_name")):
        if name in auth and not auth.keys() & DOMAIN_KEYS[owner]:
            auth[f"{owner}_domain_id"] = "default"


def _read_interface(section: Section) -> str:
    key = "interface" if "interface" in section else "endpoint_type"
    return (section.choice(key, INTERFACES) or "public").removesuffix("URL")


def _read_path(section: Section, key: str) -> str | None:
    """Return a file's path; a relative one counts from the folder of the configuration."""
    text = section.optional_text(key)
    if text is None:
        return None
    path = section.file.parent / Path(text).expanduser()
    if not path.exists():
        raise section.fault(f"The file {path} does not exist.", key=key)
    return str(path)


def _read_extras(section: Section) -> dict[str, Any]:
    workloads = section.plain_mapping("workloads")
    register_secrets(workloads)
    return {
        "keystone_connection": _read_connection(section.optional_section("identity")),
        "environment": section.optional_text("environment"),
        "urls": _read_texts(section.optional_section("urls")),
        "populate": _read_populate(section.optional_section("populate")),
        "workloads": workloads,
    }


def _read_connection(section: Section | None) -> str | None:
    if section is None:
        return None
    section.only({"connection"})
    url = section.text("connection")
    try:
        parse_address(url)
    except BadInput as error:
        raise section.fault(error.sentence, key="connection", fix=error.fix) from None
    return url


def _read_texts(section: Section | None) -> dict[str, str]:
    return {key: section.text(key) for key in section} if section else {}


def _read_populate(section: Section | None) -> dict[str, int]:
    if section is None:
        return {}
    section.only(POPULATE_KEYS)
    return {key: section.number(key, default=0) for key in section}
