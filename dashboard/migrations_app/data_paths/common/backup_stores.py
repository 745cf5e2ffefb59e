"""Whether a volume can go by backups: the stores, the services, the storage there, the quotas."""

import math
from collections.abc import Iterable
from weakref import WeakKeyDictionary

from dashboard.clients.backup_stores.access import StoreAccess
from dashboard.clients.backup_stores.base import BackupStore
from dashboard.clients.backup_stores.reading import store_kinds
from dashboard.clients.openstack import CloudSession, Json
from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.data_paths.common.pools import pools_of
from dashboard.migrations_app.resources.data_path import Disk
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.volume_snapshot.storages import is_block_device

PASSES = 3
"""The backups of a volume: a full one, an increment while it is in use, one in the cutover."""

_SERVICE = "block_storage"
_WHY: WeakKeyDictionary[TenantReader, WeakKeyDictionary[TenantReader, str]] = WeakKeyDictionary()
"""What was asked of the stores, for as long as a plan is drawn up."""


def why_not(source: TenantReader, destination: TenantReader, disk: Disk) -> str:
    """Return why a volume cannot go by backups between two clouds, "" if it can."""
    if why := why_no_stores(source, destination):
        return why
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


def why_no_stores(source: TenantReader, destination: TenantReader) -> str:
    """Return why backups cannot get from one cloud to the other, "" if they can.

    Both are asked once for a plan: whether the source's store can be read from here, and that of
    the destination written.
    """
    known = _WHY.setdefault(source, WeakKeyDictionary())
    if destination not in known:
        known[destination] = _why_no_stores(source.cloud, destination.cloud)
    return known[destination]


def _why_no_stores(source: CloudSession, destination: CloudSession) -> str:
    try:
        if stores := stores_between(source, destination):
            stores[0].require_readable()
            stores[1].require_writable()
    except (NeedsOperator, Retryable) as error:
        return error.sentence
    return ""


def stores_between(
    source: CloudSession, destination: CloudSession
) -> tuple[BackupStore, BackupStore] | None:
    """Return the stores of two clouds, None where they have one and the same.

    Raises ``NeedsOperator`` where the configuration says neither, or the two do not fit.
    """
    here, there = (cloud.access.backup_store for cloud in (source, destination))
    if isinstance(here, StoreAccess) and isinstance(there, StoreAccess):
        kinds = store_kinds()
        stores = (
            kinds[here.kind](source, here.options),
            kinds[there.kind](destination, there.options),
        )
        _require_one_family(*stores)
        return stores
    if here is None or here != there:
        raise NeedsOperator(
            "The configuration names neither one store of backups for both clouds nor one of each.",
            fix="Write backup_store for both clouds.",
        )
    return None


def _require_one_family(source: BackupStore, destination: BackupStore) -> None:
    if source.family != destination.family:
        raise NeedsOperator(
            f"The stores of backups are {source.family} and {destination.family}: Cinder does not "
            "find in one what is called as in the other.",
            fix="Use one kind of store in both clouds, or another data path.",
        )


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
