"""The hosts that belong to a cloud now: its initial ones, until hosts come or go."""

import json
from pathlib import Path

from lab.clouds import Cloud


def hosts_now(cloud: Cloud) -> tuple[str, ...]:
    """Return the hosts whose nova-compute is part of the cloud."""
    path = _path(cloud)
    return tuple(json.loads(path.read_text())) if path.exists() else cloud.hosts


def add_host(cloud: Cloud, host: str) -> None:
    """Add a host to a cloud; one that belongs to it already is as good."""
    _write(cloud, [*(one for one in hosts_now(cloud) if one != host), host])


def remove_host(cloud: Cloud, host: str) -> None:
    """Remove a host from a cloud."""
    _write(cloud, [one for one in hosts_now(cloud) if one != host])


def _write(cloud: Cloud, hosts: list[str]) -> None:
    """Replace the list atomically: others may read it at any time."""
    path = _path(cloud)
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(".new")
    fresh.write_text(json.dumps(sorted(hosts)) + "\n")
    fresh.replace(path)


def _path(cloud: Cloud) -> Path:
    return cloud.directory / "hosts.json"
