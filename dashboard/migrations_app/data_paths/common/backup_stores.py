"""Whether a volume can go by backups: the store, the services, the storage there, the quotas."""

import math
from collections.abc import Iterable

from dashboard.clients.openstack import Json
from dashboard.migrations_app.data_paths.common.pools import pools_of
from dashboard.migrations_app.resources.data_path import Disk
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.volume_snapshot.storages import is_block_device

PASSES = 3
"""The backups of a volume: a full one, an increment while it is in use, one in the cutover."""

_SERVICE = "block_storage"


def why_not(source: TenantReader, destination: TenantReader, disk: Disk) -> str:
    """Return why a volume cannot go by backups between two clouds, "" if it can."""
    stores = {reader.cloud.access.backup_store for reader in (source, destination)}
    if len(stores) > 1 or stores == {None}:
        return "The configuration names no store of backups that both clouds use."
    for reader in (source, destination):
        if not _runs(reader):
            return f"No cinder-backup reports on cloud {reader.cloud.name}."
    if protocols := sorted({*_files_of(disk, source, destination)}):
        cloud = destination.cloud.name
        return (
            f"Storage of cloud {cloud} is {' and '.join(protocols)}: where volumes are files, "
            "Cinder truncates what it restores into."
        )
    full = (_short_quota(reader, disk.record.fields["size"]) for reader in (source, destination))
    return next((sentence for sentence in full if sentence), "")


def _runs(reader: TenantReader) -> bool:
    services = reader.list(_SERVICE, "/os-services", "services")
    return any(each["binary"] == "cinder-backup" and each["state"] == "up" for each in services)


def _files_of(disk: Disk, source: TenantReader, destination: TenantReader) -> Iterable[str]:
    """Yield the protocols of the pools that the copy may be in, as far as they may be of files."""
    for pool in pools_of(disk, source, destination):
        if not _is_written_in_place(pool["capabilities"]):
            yield str(pool["capabilities"].get("storage_protocol") or "unknown")


def _is_written_in_place(told: Json) -> bool:
    given = told.get("storage_protocol") or ""
    variants = given if isinstance(given, list) else [given]
    return any(each == "ceph" or is_block_device(str(each)) for each in variants)


def _short_quota(reader: TenantReader, size: int) -> str:
    quota = reader.operators_volume_quota
    for name, wanted in {"backups": PASSES, "backup_gigabytes": PASSES * size}.items():
        limit = quota.get(name) or {"limit": -1, "in_use": 0}
        free = math.inf if limit["limit"] < 0 else limit["limit"] - limit["in_use"]
        if free < wanted:
            return (
                f"The quota {name} of the operator's project on cloud {reader.cloud.name} has no "
                f"room for {wanted}."
            )
    return ""
