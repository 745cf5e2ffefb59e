"""The product's own sessions on clouds in memory, and the file by which it finds them."""

from pathlib import Path

import yaml

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.openstack import CloudSession
from tests.support.cloud.identity import PASSWORD
from tests.support.cloud.memory import MemoryCloud


def operator_of(cloud: MemoryCloud) -> CloudSession:
    """Return a session of the administrator of a cloud."""
    return CloudSession(CloudAccess(name=cloud.name, auth=login_of(cloud)))


def write_clouds(path: Path, *clouds: MemoryCloud) -> Path:
    """Write a clouds.yaml with the administrators of the clouds, and return its path."""
    entries = {
        cloud.name: {"region_name": "RegionOne", "auth": login_of(cloud)} for cloud in clouds
    }
    path.write_text(yaml.safe_dump({"clouds": entries}), encoding="utf-8")
    return path


def login_of(cloud: MemoryCloud) -> dict[str, str]:
    return {
        "auth_url": f"{cloud.url}/identity/v3",
        "username": "admin",
        "password": PASSWORD,
        "project_name": "admin",
        "user_domain_id": "default",
        "project_domain_id": "default",
    }
