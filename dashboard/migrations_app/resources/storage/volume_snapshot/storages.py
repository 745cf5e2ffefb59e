"""On which storages a volume can be written anew while snapshots of it exist.

Cinder writes the image through a block device there. On files (NFS and its like) it writes below
the snapshots, which then have the new bytes; Ceph's driver deletes the volume first.
"""

from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common.replaying import REIMAGE

_SERVICE = "block_storage"
_BLOCK_DEVICES = frozenset({"iscsi", "iser", "fc", "fibre_channel", "nvmeof", "nvme-of", "nvmet"})


def why_not_replayed(reader: TenantReader) -> str:
    """Return why volumes of a cloud cannot go through the states of snapshots, "" if they can."""
    cloud = reader.cloud
    if not cloud.supports(_SERVICE, REIMAGE):
        return f"Cinder of cloud {cloud.name} is too old to write into a volume that is there"
    pools = reader.list(_SERVICE, "/scheduler-stats/get_pools", "pools", detail="true")
    protocols = {str(pool["capabilities"].get("storage_protocol")) for pool in pools}
    others = sorted(each for each in protocols if not is_block_device(each))
    if others or not protocols:
        named = f"by {' and '.join(others)}" if others else "unknown"
        return (
            f"Storage of cloud {cloud.name} is {named}: writing the next state into a volume "
            "would change or lose the snapshots that were taken before"
        )
    return ""


def is_block_device(protocol: str) -> bool:
    """Return whether volumes are block devices there; a driver may name several variants."""
    return protocol.lower().removesuffix("-tcp") in _BLOCK_DEVICES
