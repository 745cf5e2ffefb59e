"""The files of disks, volumes and images, for tests that bypass the API."""

import json
from pathlib import Path

from lab.clouds import cloud_named
from lab.components.cinder import share_directory
from lab.components.glance import image_directory
from lab.components.nova import disk_directory


def disk_path(cloud: str, server_id: str) -> Path:
    """Return a server's disk; write to it to simulate the guest writing."""
    return disk_directory(cloud_named(cloud)) / server_id / "disk"


def volume_path(cloud: str, volume_id: str) -> Path:
    """Return the file that a guest would write to now.

    It is raw until the first snapshot, then a QCOW2 overlay: use qemu-img and qemu-io.
    """
    directory = share_directory(cloud_named(cloud))
    name = f"volume-{volume_id}"
    info = directory / f"{name}.info"
    active = json.loads(info.read_text())["active"] if info.exists() else name
    return directory / str(active)


def image_path(cloud: str, image_id: str) -> Path:
    """Return the file of an image."""
    return image_directory(cloud_named(cloud)) / image_id
