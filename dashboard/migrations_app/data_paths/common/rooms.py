"""What snapshots, copies and images take of the quotas of the project that they are made in."""

from dashboard.migrations_app.resources.data_path import Room

PER_VOLUME = "per_volume_gigabytes"
"""The quota that limits each volume by itself."""
_MIB_OF_GIB = 1024


def copies(size: int, *, volumes: int = 0, snapshots: int = 0) -> dict[str, int]:
    """Return what volumes and snapshots take of that many GiB: Cinder counts the size of both."""
    gigabytes = (volumes + snapshots) * size
    of_each = {PER_VOLUME: size} if volumes else {}
    return {"volumes": volumes, "snapshots": snapshots, "gigabytes": gigabytes, **of_each}


def of_comparison(size: int) -> Room:
    """Return what it takes to compare a side by an image: a snapshot, a volume of it, the image."""
    image = {
        "image_count_total": 1,
        "image_count_uploading": 1,
        "image_size_total": size * _MIB_OF_GIB,
    }
    return Room(passing={**copies(size, volumes=1, snapshots=1), **image})
