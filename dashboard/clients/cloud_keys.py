"""The keys with which both formats of files say how to log in to a cloud."""

import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from dashboard.clients.backup_stores.reading import read_store
from dashboard.clients.cloud_access import PASSWORD_TYPES
from dashboard.clients.keystone_address import parse_address
from dashboard.clients.limit_keys import read_limits
from dashboard.clients.rbd import CephPool
from dashboard.clients.yaml_sections import Section
from dashboard.errors import BadInput
from dashboard.secrets import register
from dashboard.text_files import is_there

SECRET_KEYS = {
    "password",
    "application_credential_secret",
    "token",
    "passcode",
    "secret",
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
EXTRA_KEYS = {
    *("identity", "environment", "urls", "populate", "workloads", "limits"),
    *("shared_pools", "backup_store", "ceph"),
}
CEPH_KEYS = {"pool", "conf", "keyring", "user"}
POPULATE_KEYS = {"num_tenants", "num_servers", "num_volumes", "volume_size"}
SCOPE_KEYS = ("project_name", "project_id", "domain_id", "domain_name", "system_scope", "trust_id")
DOMAIN_KEYS = {
    "user": {"user_domain_id", "user_domain_name", "default_domain_id", "default_domain_name"},
    "project": {
        *("project_domain_id", "project_domain_name"),
        *("default_domain_id", "default_domain_name"),
    },
}
INTERFACES = ("public", "internal", "admin", "publicURL", "internalURL", "adminURL")
OLD_TYPE = "v2password"
TYPES_WITH_DOMAINS = {*PASSWORD_TYPES, "v3totp"}
# Addresses are shown on pages, so that they must not carry a password.
_pool = re.compile(r"[^@#\s]+@[^@#\s]+#\S+")
_plain_address = re.compile(r"https?://[^\s/@]+(?:/[^\s@]*)?")


def read_verify(section: Section) -> bool | str:
    """Read how certificates are checked: False, True or the path of a CA bundle."""
    cacert = read_path(section, "cacert")
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


def add_default_domains(
    auth: dict[str, Any], auth_type: str, *, domain: str = "default", named: Iterable[str] = ()
) -> None:
    """Name a domain where none is named, as the client ``openstack`` does it.

    ``named`` are keys of the login that are beside ``auth``.
    """
    if auth_type not in TYPES_WITH_DOMAINS:
        return
    for owner, name in (("user", "username"), ("project", "project_name")):
        if name in {*auth, *named} and not auth.keys() & DOMAIN_KEYS[owner]:
            auth[f"{owner}_domain_id"] = domain


def complete_login(auth: dict[str, Any], auth_type: str, section: Section) -> str:
    """Check a login, and correct its address. Return its type.

    A password of version 2.0 is a password with whichever version there is. ``section`` is where
    the file has the login. Raises BadInput for a key that is missing.
    """
    auth["auth_url"] = _versioned(auth.get("auth_url"), section)
    if auth_type == OLD_TYPE:
        auth_type = "password"
        for key in ("tenant_name", "tenant_id"):
            if key in auth:
                auth[key.replace("tenant", "project")] = auth.pop(key)
        add_default_domains(auth, auth_type)
    if auth_type in PASSWORD_TYPES:
        _check_password(auth, section)
    return auth_type


def _check_password(auth: Mapping[str, Any], section: Section) -> None:
    for keys in (("password",), ("username", "user_id"), SCOPE_KEYS):
        if not any(auth.get(key) for key in keys):
            raise section.missing(keys[0])


def read_path(section: Section, key: str) -> str | None:
    """Return the path of a file that exists, None where none is named."""
    text = section.optional_text(key)
    return existing_path(text, section, key) if text else None


def existing_path(text: str, section: Section, key: str) -> str:
    """Return a file's path; a relative one counts from the folder of the configuration."""
    path = section.file.parent / Path(text).expanduser()
    if not is_there(path):
        raise section.fault(f"The file {path} does not exist.", key=key)
    return str(path)


def check_address(url: str, section: Section, key: str) -> None:
    """Raise BadInput for what is no address, or one with a user in it."""
    if not _plain_address.fullmatch(url):
        raise section.fault(
            "Expected an address that begins with http:// or https:// and has no user in it.",
            key=key,
        )


def _versioned(url: str | None, section: Section) -> str:
    """Return Keystone's address, with /v3 for /v2.0: the login tries version 3 first."""
    if not url:
        raise section.missing("auth_url")
    url = url.rstrip("/")
    check_address(url, section, "auth_url")
    return url.removesuffix("/v2.0") + "/v3" if url.endswith("/v2.0") else url


def read_extras(section: Section) -> dict[str, Any]:
    """Read the keys that are Pumphouse's own, as arguments of CloudAccess."""
    workloads = section.plain_mapping("workloads")
    register_secrets(workloads)
    return {
        "keystone_connection": _read_connection(section.optional_section("identity")),
        "environment": section.optional_text("environment"),
        "urls": _read_texts(section.optional_section("urls")),
        "populate": _read_populate(section.optional_section("populate")),
        "workloads": workloads,
        "shared_pools": _read_pools(section.optional_section("shared_pools")),
        "ceph": _read_ceph(section.optional_section("ceph")),
        "backup_store": read_store(section),
        "limits": read_limits(section.optional_section("limits")),
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


def _read_pools(section: Section | None) -> dict[str, str]:
    """Read pools by their labels, each as Cinder writes it: host@backend#pool."""
    pools = _read_texts(section)
    for label, pool in pools.items():
        if section:
            _check_pool(pool, section, label)
    return pools


def _check_pool(pool: str, section: Section, key: str) -> None:
    """Raise BadInput for what is no pool as Cinder writes it."""
    if not _pool.fullmatch(pool):
        raise section.fault(
            "Expected a pool as host@backend#pool.",
            key=key,
            fix="openstack volume backend pool list shows them.",
        )


def _read_ceph(section: Section | None) -> dict[str, CephPool]:
    """Read how pools of Ceph are reached, by the names that Cinder has for them."""
    found: dict[str, CephPool] = {}
    if section is None:
        return found
    for name in section:
        _check_pool(name, section, name)
        pool = section.section(name)
        pool.only(CEPH_KEYS)
        found[name] = CephPool(
            pool=pool.text("pool"),
            conf=existing_path(pool.text("conf"), pool, "conf"),
            keyring=read_path(pool, "keyring"),
            user=pool.optional_text("user"),
        )
    return found


def _read_populate(section: Section | None) -> dict[str, int]:
    if section is None:
        return {}
    section.only(POPULATE_KEYS)
    return {key: section.number(key, default=0) for key in section}
