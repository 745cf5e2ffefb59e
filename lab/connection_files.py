"""The files to connect to the lab: clouds.yaml, and Pumphouse's formats of 2015."""

import json
from pathlib import Path
from typing import Any

from lab import ceph
from lab.bmc.hosts import HOSTS, Host
from lab.clouds import CLOUDS, REGION, Cloud
from lab.components import cinder
from lab.configuration import database_url
from lab.passwords import password
from lab.places import run_directory, write_private

# Roles of the clouds in a Pumphouse configuration.
ROLES = {"source": "src", "destination": "dst"}


def clouds_yaml_path() -> Path:
    """Return the clouds.yaml with the administrators of all clouds."""
    return run_directory() / "clouds.yaml"


def config_yaml_path() -> Path:
    """Return the config.yaml of Pumphouse, in the format of 2015."""
    return run_directory() / "config.yaml"


def inventory_yaml_path() -> Path:
    """Return the inventory.yaml with the hosts and their BMCs, in the format of 2015."""
    return run_directory() / "inventory.yaml"


def write_inventory() -> None:
    """Write the inventory, readable only by its owner."""
    ipmi = {host.name: host.ipmi_entry() for host in HOSTS.values()}
    hosts = {host.name: _inventory_entry(host) for host in HOSTS.values()}
    write_private(inventory_yaml_path(), as_yaml({"ipmi": ipmi, "hosts": hosts}))


def write_all(*, fuel: dict[str, Any] | None = None) -> None:
    """Write all files, readable only by their owner; ``fuel`` is the login to the Fuel master."""
    write_inventory()
    clouds = {name: _client_entry(cloud) for name, cloud in CLOUDS.items()}
    write_private(clouds_yaml_path(), as_yaml({"clouds": clouds}))
    roles = {role: _pumphouse_entry(CLOUDS[name]) for role, name in ROLES.items()}
    master = {"fuel": {"endpoint": fuel}} if fuel else {}
    write_private(config_yaml_path(), as_yaml({"CLOUDS": roles | master}))


def as_yaml(value: dict[str, Any], *, indent: int = 0) -> str:
    """Return nested mappings as YAML; scalars are written as JSON, a subset of YAML."""
    lines = ""
    for key, item in value.items():
        lines += f"{' ' * indent}{key}:"
        if isinstance(item, dict):
            lines += "\n" + as_yaml(item, indent=indent + 2)
        else:
            lines += f" {json.dumps(item)}\n"
    return lines


def _identity(cloud: Cloud) -> dict[str, str]:
    """Return the database of the password hashes, which no API returns."""
    return {"connection": database_url(cloud, "keystone")}


def _environment(cloud: Cloud) -> str:
    """Return the cloud's environment in Fuel, while the stand-in runs."""
    return f"{cloud.name}-cloud"


def _inventory_entry(host: Host) -> dict[str, object]:
    """Return the host's entry, with the note of 2015 if it may leave its cloud."""
    in_source = host.first_cloud.name == ROLES["source"]
    return host.inventory_entry() | ({"notes": ["source"]} if in_source else {})


def _client_entry(cloud: Cloud) -> dict[str, Any]:
    return {
        "region_name": REGION,
        "identity_api_version": 3,
        "auth": {
            "auth_url": cloud.identity_url,
            "username": "admin",
            "password": password(cloud.name, use="admin"),
            "project_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
        },
        "pumphouse": {
            "identity": _identity(cloud),
            "environment": _environment(cloud),
            **_storage(cloud),
        },
    }


def _storage(cloud: Cloud) -> dict[str, Any]:
    """Return the storage that both clouds use, if the lab has Ceph."""
    if not ceph.is_chosen():
        return {}
    pools = {"lab": cinder.pool(cloud, ceph.SHARED)}
    own = {"pool": ceph.own_pool(cloud.name), "conf": str(ceph.configuration())}
    shared = {**own, "pool": ceph.SHARED}
    return {
        "shared_pools": pools,
        "backup_store": str(cinder.backup_directory()),
        "ceph": {cinder.pool(cloud, ceph.OWN): own, cinder.pool(cloud, ceph.SHARED): shared},
    }


def _pumphouse_entry(cloud: Cloud) -> dict[str, Any]:
    return {
        "endpoint": {
            "auth_url": cloud.identity_url,
            "username": "admin",
            "password": password(cloud.name, use="admin"),
            "tenant_name": "admin",
            "user_domain_name": "Default",
            "project_domain_name": "Default",
            "region_name": REGION,
        },
        "identity": _identity(cloud),
        "environment": _environment(cloud),
        "populate": {"num_tenants": 1, "num_servers": 2, "num_volumes": 1},
    }
