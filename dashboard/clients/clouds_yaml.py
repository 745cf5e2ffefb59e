"""Clouds as a clouds.yaml has them.

What an entry means is decided by openstacksdk's own loader, so that a file that works with
``openstack --os-cloud`` works here: profiles, regions, secure.yaml, vendor files, overrides. What
of it cannot be honoured is refused here, with its file, line and key. Nothing is ever fetched.
"""

import os
import re
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from keystoneauth1 import exceptions as auth_errors
from typing_extensions import override
from yaml import MappingNode, Node

from dashboard import secrets
from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.cloud_keys import (
    AUTH_KEYS,
    EXTRA_KEYS,
    OPTION_KEYS,
    add_default_domains,
    complete_login,
    existing_path,
    read_extras,
    register_secrets,
)
from dashboard.clients.cloud_services import read_interface, read_services
from dashboard.clients.sdk_config import sdk_config, told_by_openstacksdk
from dashboard.clients.yaml_sections import TRUTH, Section, overlaid, read_section, section_of
from dashboard.errors import BadInput
from dashboard.text_files import is_there

CLOUD_KEYS = {"auth", "profile", "regions", "pumphouse", *OPTION_KEYS}
INSTEAD_OF_PROFILE = "Write its auth_url and the like here, or keep it in a clouds-public.yaml."
SUFFIXES = (".yaml", ".yml", ".json")
# What openstacksdk would do more often than Pumphouse, without anybody having asked for it.
NO_DEFAULTS = {"image_status_code_retries": None}
# Keystone's accounts are what everything here begins with.
REFUSED_TYPES = {
    **dict.fromkeys(
        ("none", "http_basic", "admin_token"), "Pumphouse needs an account in Keystone."
    ),
    "v2token": "Pumphouse logs in to clouds with version 2.0 of Keystone's API by a password.",
    "v3oidcdeviceauthz": "Nobody is there to answer this login's questions.",
}


class CloudsYaml:
    """A clouds.yaml, with the secure.yaml and the vendor file that belong to it.

    Raises BadInput when one of them cannot be read or is not what it should be.
    """

    def __init__(self, path: Path, root: Section) -> None:
        self._path = path
        if secure := secure_file(path):
            root = overlaid(root, read_section(secure))
        has_clouds = "clouds" in root
        self._clouds = root.section("clouds") if has_clouds else section_of("{}", name=str(path))

    @property
    def names(self) -> list[str]:
        """The names of the clouds that the file has the logins of."""
        return [name for name in self._clouds if not self._is_addition(name)]

    def additions(self) -> dict[str, dict[str, Any]]:
        """Return what entries without a login say of clouds that come from Fuel, by their names.

        It is as arguments of CloudAccess. Raises BadInput for the first thing that is wrong.
        """
        return {name: self._added(name) for name in self._clouds if self._is_addition(name)}

    def _is_addition(self, name: str) -> bool:
        nodes = self._clouds.nodes_of(name)
        return [_keys_of(node) for node in nodes] == [["pumphouse"]]

    def _added(self, name: str) -> dict[str, Any]:
        own = self._clouds.section(name).section("pumphouse")
        own.only(EXTRA_KEYS - {"environment"})
        given = read_extras(own)
        return {key: value for key, value in given.items() if value}

    def read(self, name: str) -> CloudAccess:
        """Read one cloud; faults in the others do not matter. Registers its secrets."""
        entry = self._clouds.section(name)
        register_secrets(entry.plain())
        _check_keys(entry)
        self._check_profile(entry)
        return _access(name, entry, self._region(name, entry))

    def _region(self, name: str, entry: Section) -> Any:
        """Return openstacksdk's view of a cloud."""
        config = _loader(_vendor_file(self._path))
        config.cloud_config = {"clouds": {name: _as_written(entry)}}
        try:
            with told_by_openstacksdk(entry):
                return config.get_one(name)
        except auth_errors.MissingRequiredOptions as error:
            raise _login_of(entry).missing(error.options[0].dest) from None
        except auth_errors.NoMatchingPlugin:
            raise entry.fault("There is no such auth_type.", key="auth_type") from None
        except auth_errors.AuthPluginException as error:
            raise _login_of(entry).fault(secrets.mask(str(error))) from None
        except TypeError as error:  # of the plugin for the login
            raise _not_taken(_login_of(entry), str(error)) from None

    def _check_profile(self, entry: Section) -> None:
        """Raise BadInput for a profile that openstacksdk would fetch, or does not have."""
        key = "profile" if "profile" in entry else "cloud"
        name = entry.optional_text(key)
        if not name or name in _vendors(self._path):
            return
        if urlsplit(name).netloc:
            raise entry.fault(
                "A profile is not fetched from an address.", key=key, fix=INSTEAD_OF_PROFILE
            )
        profile = sdk_config("vendors").get_profile(name)
        if profile and urlsplit(profile.get("profile", "")).netloc:
            raise entry.fault(
                f"The profile {name} would be fetched from an address.",
                key=key,
                fix=INSTEAD_OF_PROFILE,
            )
        if not profile and not _login_of(entry).optional_text("auth_url"):
            raise entry.fault(f"There is no profile {name}.", key=key, fix=INSTEAD_OF_PROFILE)


def _keys_of(node: Node) -> list[str]:
    return [key.value for key, _ in node.value] if isinstance(node, MappingNode) else []


def secure_file(path: Path) -> Path | None:
    """Return OpenStack's own second file for secrets, None when there is none."""
    named = os.environ.get("OS_CLIENT_SECURE_FILE")
    found = Path(named) if named and is_there(Path(named)) else _first("secure", path)
    return None if found == path else found


def _vendor_file(path: Path) -> Path | None:
    return _first("clouds-public", path)


def _first(name: str, path: Path) -> Path | None:
    """Return a file beside the clouds.yaml, or where openstacksdk looks for it in this machine."""
    # the first of openstacksdk's is the folder of the process, which says nothing about the file
    folders = [path.parent, *map(Path, sdk_config("loader").CONFIG_SEARCH_PATH[1:])]
    files = (folder / f"{name}{suffix}" for folder in folders for suffix in SUFFIXES)
    return next((file for file in files if is_there(file)), None)


def _vendors(path: Path) -> Section | tuple[str, ...]:
    file = _vendor_file(path)
    return (read_section(file).optional_section("public-clouds") if file else None) or ()


def _loader(vendor_file: Path | None) -> Any:
    """Return openstacksdk's loader, with no clouds yet, and the client's default for domains."""

    class Loader(sdk_config("loader").OpenStackConfig):  # type: ignore[misc]
        @override
        def auth_config_hook(self, config: dict[str, Any]) -> dict[str, Any]:
            domain = config.get("default_domain") or "default"
            add_default_domains(config["auth"], config["auth_type"], domain=domain, named=config)
            return config

    return Loader(
        config_files=[],
        secure_files=[],
        vendor_files=[str(vendor_file)] if vendor_file else [],
        # or OS_CLIENT_CONFIG_FILE would go before the file that was asked for
        load_envvars=False,
        override_defaults=NO_DEFAULTS,
    )


def _check_keys(entry: Section) -> None:
    """Refuse what is surely a mistake. Other tools keep keys there too, so near misses only."""
    entry.refuse_misspelt(CLOUD_KEYS | _of_services(entry))
    for key in OPTION_KEYS - {"interface", "endpoint_type", "region_name"}:
        entry.optional_text(key)
    if login := entry.optional_section("auth"):
        login.refuse_misspelt(AUTH_KEYS)
        for key in AUTH_KEYS:
            login.optional_text(key)
    insecure = entry.plain().get("insecure")
    if not isinstance(insecure, bool | None) and str(insecure).lower() not in ("true", "false"):
        raise entry.fault("Expected true or false.", key="insecure")


def _of_services(entry: Section) -> set[str]:
    """Return the keys that are an option for one service, as ``volume_interface``."""
    ends = tuple(f"_{key}" for key in OPTION_KEYS)
    return {key for key in entry if key.replace("-", "_").endswith(ends)}


def _not_taken(login: Section, said: str) -> BadInput:
    unknown = re.search(r"unexpected keyword argument '(\w+)'", said)
    key = unknown[1] if unknown else "what stands here"
    return login.fault(f"The auth_type does not take {key}.", key=key)


def _as_written(entry: Section) -> dict[str, Any]:
    """Return an entry as plain values, with those of the login as they are written.

    Passwords and ids may look like numbers or dates: 0123 is 83 in YAML.
    """
    values = {key: value for key, value in entry.plain().items() if value is not None}
    values |= {key: entry.text(key) for key in AUTH_KEYS & values.keys()}
    if login := entry.optional_section("auth"):
        plain = login.plain()
        values["auth"] = {
            key: plain[key] if isinstance(plain[key], list) else login.text(key) for key in login
        }
    return values


def _access(name: str, entry: Section, region: Any) -> CloudAccess:
    config = region.config
    if refused := REFUSED_TYPES.get(config["auth_type"]):
        raise entry.fault(refused, key="auth_type")
    if own := entry.optional_section("pumphouse"):
        own.only(EXTRA_KEYS)
    auth, auth_type = _login(entry, region)
    return CloudAccess(
        name=name,
        auth=auth,
        auth_type=auth_type,
        region_name=region.get_region_name() or None,
        interface=read_interface(region.get_interface(), entry),
        verify=_verify(entry, config),
        cert=_path(config, entry, "cert"),
        key=_path(config, entry, "key"),
        timeout=_timeout(config, entry),
        services=read_services(region, entry),
        **(read_extras(own) if own else {}),
    )


def _login_of(entry: Section) -> Section:
    """Return the part with the login, the entry itself where all of it is beside or elsewhere."""
    return entry.optional_section("auth") or entry


def _login(entry: Section, region: Any) -> tuple[dict[str, Any], str]:
    """Return the keys of a login, and its type."""
    auth = {key: value for key, value in region.get_auth_args().items() if value is not None}
    register_secrets(auth)
    return auth, complete_login(auth, region.config["auth_type"], _login_of(entry))


def _verify(entry: Section, config: dict[str, Any]) -> bool | str:
    """Return how certificates are checked: False, True or the path of a CA bundle."""
    verify = config.get("verify")
    if isinstance(verify, str) and verify.lower() in TRUTH:
        verify = TRUTH[verify.lower()]
    if config.get("insecure") or verify is False:
        return False
    if config.get("cacert") or not isinstance(verify, str):
        return _path(config, entry, "cacert") or True
    if not is_there(entry.file.parent / verify):
        raise entry.fault(
            "Expected true or false.", key="verify", fix="Or the path of a CA bundle that exists."
        )
    return existing_path(verify, entry, "verify")


def _path(config: dict[str, Any], entry: Section, key: str) -> str | None:
    return existing_path(config[key], entry, key) if config.get(key) else None


def _timeout(config: dict[str, Any], entry: Section) -> float | None:
    with told_by_openstacksdk(entry):
        return float(config["api_timeout"]) if config.get("api_timeout") else None
