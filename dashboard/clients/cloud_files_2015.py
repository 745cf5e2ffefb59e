"""The ``config.yaml`` of the Pumphouse of 2015, accepted exactly as it was.

All keys have their old names and nesting. The clouds are ``source`` and ``destination``, below
``CLOUDS`` or, in the flat form, at the top.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_keys import (
    AUTH_KEYS,
    EXTRA_KEYS,
    INTERFACES,
    OPTION_KEYS,
    add_default_domains,
    complete_login,
    read_extras,
    read_path,
    read_verify,
    register_secrets,
)
from dashboard.clients.fuel.endpoint import FuelEndpoint, read_fuel
from dashboard.clients.yaml_sections import Section
from dashboard.secrets import register

CLOUD_NAMES = ("source", "destination")
CLOUDS_KEYS = {*CLOUD_NAMES, "fuel"}
# Health checks of servers: in every sample of 2015, read by nothing then or now.
CHECK_KEYS = {"cmds", "pre-actions", "post-actions"}
# What the clouds in memory of 2015 were like.
FAKE_KEY = "fake"
OWN_KEYS = {
    *("DEBUG", "SERVER_NAME", "BIND_HOST", "CLOUDS_RESET", "CLOUD_RESET", "LOGGING"),
    *("PARAMETERS", "PLUGINS", "CLOUDS", "CLOUD_DRIVER", "IDENTITY_DRIVER", "CLOUD_SERVICE"),
}
# The file was Flask's configuration too, so that any of Flask's settings may be in it.
FLASK_KEYS = {
    *("TESTING", "PROPAGATE_EXCEPTIONS", "PRESERVE_CONTEXT_ON_EXCEPTION", "SECRET_KEY"),
    *("PERMANENT_SESSION_LIFETIME", "USE_X_SENDFILE", "LOGGER_NAME", "APPLICATION_ROOT"),
    *("SESSION_COOKIE_NAME", "SESSION_COOKIE_DOMAIN", "SESSION_COOKIE_PATH"),
    *("SESSION_COOKIE_HTTPONLY", "SESSION_COOKIE_SECURE", "MAX_CONTENT_LENGTH"),
    *("SEND_FILE_MAX_AGE_DEFAULT", "TRAP_BAD_REQUEST_ERRORS", "TRAP_HTTP_EXCEPTIONS"),
    *("PREFERRED_URL_SCHEME", "JSON_AS_ASCII", "JSON_SORT_KEYS", "JSONIFY_PRETTYPRINT_REGULAR"),
}
PLUGIN_CHOICES = {
    "network": ("nova", "neutron"),
    "provision_server": ("image", "snapshot"),
    "assignment": ("fixed", "discovery"),
}
PLUGIN_KEYS = {
    *PLUGIN_CHOICES,
    *("assignment_parameters", "post_mortem", "migrate_disk", "post_server"),
}
DEFAULT_PORT = 5000
_host_and_port = re.compile(r"(?P<host>\[[\da-fA-F:.]+\]|[^\s:/]+)(?::(?P<port>\d{1,5}))?")


@dataclass(frozen=True, kw_only=True)
class Plugins:
    """Which way of doing things was chosen, and the layout of reassigned hosts.

    ``assignment_parameters`` has ``roles``, ``disks`` and ``ifaces`` for the assignment ``fixed``.
    """

    network: str | None = None
    provision_server: str = "image"
    assignment: str = "fixed"
    assignment_parameters: Mapping[str, list[Any]] = field(default_factory=dict)
    post_mortem: bool = False


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What the file says beside its clouds. ``volume_tasks_timeout`` is in seconds.

    ``server_name`` is the server's public name, if the file has one.
    """

    bind_host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    server_name: str | None = None
    debug: bool = False
    clouds_reset: bool = False
    volume_tasks_timeout: int = 120
    plugins: Plugins = Plugins()
    fuel: FuelEndpoint | None = None
    logging: Mapping[str, Any] = field(default_factory=dict)


class Clouds2015:
    """The clouds of the file. The source may be absent where Fuel has it."""

    def __init__(self, root: Section) -> None:
        clouds = _clouds(root)
        if "fuel" not in clouds:
            clouds.section("source")
        self._clouds = clouds

    @property
    def names(self) -> list[str]:
        """The names of the clouds."""
        return [name for name in CLOUD_NAMES if name in self._clouds]

    def read(self, name: str) -> CloudAccess:
        """Read one cloud. Raises BadInput for each key that neither 2015 nor we have a use for."""
        section = self._clouds.section(name)
        section.only({"endpoint", FAKE_KEY} | EXTRA_KEYS | CHECK_KEYS)
        endpoint = section.section("endpoint")
        endpoint.only(AUTH_KEYS | OPTION_KEYS)
        auth, auth_type = _read_auth(endpoint)
        return CloudAccess(
            name=name,
            auth=auth,
            auth_type=auth_type,
            region_name=endpoint.optional_text("region_name"),
            interface=_read_interface(endpoint),
            verify=read_verify(endpoint),
            cert=read_path(endpoint, "cert"),
            key=read_path(endpoint, "key"),
            **read_extras(section),
        )


def read_settings(root: Section) -> Settings:
    """Read everything but the clouds; absent keys have the defaults of 2015."""
    register(root.optional_text("SECRET_KEY"))
    bind_host, bind_port = _read_host_and_port(root, "BIND_HOST")
    server_name, server_port = _read_host_and_port(root, "SERVER_NAME")
    parameters = root.optional_section("PARAMETERS")
    fuel = _clouds(root).optional_section("fuel")
    if parameters:
        parameters.only({"volume_tasks_timeout"})
    return Settings(
        bind_host=bind_host or "127.0.0.1",
        port=bind_port or (None if bind_host else server_port) or DEFAULT_PORT,
        server_name=server_name,
        debug=root.boolean("DEBUG", default=False),
        clouds_reset=_read_clouds_reset(root),
        volume_tasks_timeout=(
            parameters.number("volume_tasks_timeout", default=120, least=1) if parameters else 120
        ),
        plugins=_read_plugins(root.optional_section("PLUGINS")),
        fuel=read_fuel(fuel) if fuel else None,
        logging=root.plain_mapping("LOGGING"),
    )


def _read_auth(endpoint: Section) -> tuple[dict[str, str], str]:
    """Return the keys of a login, and its type."""
    auth_type = endpoint.optional_text("auth_type") or "password"
    auth = {key: endpoint.text(key) for key in endpoint if key not in OPTION_KEYS}
    register_secrets(auth)
    for old, new in (("tenant_name", "project_name"), ("tenant_id", "project_id")):
        if old in auth:
            auth.setdefault(new, auth.pop(old))
    if auth.keys() & {"project_name", "project_id"}:
        for kind in ("domain_id", "domain_name"):
            _spread_domain(auth, kind)
    add_default_domains(auth, auth_type)
    return auth, complete_login(auth, auth_type, endpoint)


def _spread_domain(auth: dict[str, str], kind: str) -> None:
    """Take a domain beside a project for that of both, as every OpenStack client does."""
    if kind in auth:
        value = auth.pop(kind)
        auth.setdefault(f"user_{kind}", value)
        auth.setdefault(f"project_{kind}", value)


def _read_interface(endpoint: Section) -> str:
    key = "interface" if "interface" in endpoint else "endpoint_type"
    return (endpoint.choice(key, INTERFACES) or "public").removesuffix("URL")


def _clouds(root: Section) -> Section:
    """Return the section that has the clouds in it, once the top-level keys have been checked."""
    root.only(OWN_KEYS | FLASK_KEYS | CLOUDS_KEYS | CHECK_KEYS | {"pumphouse"})
    flat = [key for key in root if key in CLOUDS_KEYS]
    if "CLOUDS" not in root:
        if not flat:
            raise root.fault(
                "There are no clouds in this file.",
                fix="Write clouds: as in a clouds.yaml, or CLOUDS: with source: in it.",
            )
        return root
    if flat:
        raise root.fault(f"The key {flat[0]} belongs below CLOUDS.", key=flat[0])
    clouds = root.section("CLOUDS")
    clouds.only(CLOUDS_KEYS)
    return clouds


def _read_host_and_port(root: Section, key: str) -> tuple[str | None, int | None]:
    text = root.optional_text(key)
    if text is None:
        return None, None
    match = _host_and_port.fullmatch(text)
    if not match or int(match["port"] or 1) not in range(1, 65536):
        raise root.fault("Expected host or host:port.", key=key, fix="For example 127.0.0.1:5000.")
    return match["host"].strip("[]"), int(match["port"]) if match["port"] else None


def _read_clouds_reset(root: Section) -> bool:
    """Read the key by its right name or, as the old documentation had it, CLOUD_RESET."""
    key = "CLOUDS_RESET" if "CLOUDS_RESET" in root else "CLOUD_RESET"
    return root.boolean(key, default=False)


def _read_plugins(section: Section | None) -> Plugins:
    if section is None:
        return Plugins()
    section.only(PLUGIN_KEYS)
    chosen = {key: section.choice(key, names) for key, names in PLUGIN_CHOICES.items()}
    return Plugins(
        network=chosen["network"],
        provision_server=chosen["provision_server"] or "image",
        assignment=chosen["assignment"] or "fixed",
        assignment_parameters=_read_layout(section.optional_section("assignment_parameters")),
        post_mortem=section.boolean("post_mortem", default=False),
    )


def _read_layout(section: Section | None) -> dict[str, list[Any]]:
    if section is None:
        return {}
    section.only({"roles", "disks", "ifaces"})
    return {key: section.plain_list(key) for key in section}
