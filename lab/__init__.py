"""The lab: real OpenStack clouds of different releases on loopback. See docs/lab.md."""

from lab.clouds import CLOUDS, Cloud, cloud_named
from lab.connection_files import clouds_yaml_path, config_yaml_path, inventory_yaml_path
from lab.errors import LabError
from lab.files import disk_path, image_path, volume_path
from lab.infrastructure import sql
from lab.lifecycle import compute, restart, start, stop
from lab.passwords import password

__all__ = [
    "CLOUDS",
    "Cloud",
    "LabError",
    "cloud_named",
    "clouds_yaml_path",
    "compute",
    "config_yaml_path",
    "disk_path",
    "image_path",
    "inventory_yaml_path",
    "password",
    "restart",
    "sql",
    "start",
    "stop",
    "volume_path",
]
