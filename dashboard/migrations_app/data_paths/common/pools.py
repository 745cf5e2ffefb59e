"""Pools that both clouds use, as the operator says, and what Cinder sees in them.

The configuration of each cloud names its shared pools, ``host@backend#pool`` as Cinder writes them,
by labels: the same label in both clouds stands for the same pool.
"""

from collections.abc import Iterable
from typing import Any

from dashboard.clients.cloud_access import CloudAccess
from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.data_path import Disk
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.storage.common.volume_types import type_named

LISTING_SINCE = "3.8"
"""The microversion from which on Cinder lists what of a pool can be managed: Newton."""

HOST = "os-vol-host-attr:host"
"""The field of a volume with its pool, for administrators."""

PAGE = 500
_SERVICE = "block_storage"
_BACKEND = "volume_backend_name"


def pools_of(disk: Disk, source: TenantReader, destination: TenantReader) -> list[Json]:
    """Return the pools that a copy may be in: all but those of other back ends than its type's."""
    type_ = type_named(destination, disk.volume_type) or type_named(source, disk.volume_type)
    backend = ((type_ or {}).get("extra_specs") or {}).get(_BACKEND)
    pools = destination.list(_SERVICE, "/scheduler-stats/get_pools", "pools", detail="true")
    return [each for each in pools if backend in (None, each["capabilities"].get(_BACKEND))]


def shared_pools(source: CloudAccess, destination: CloudAccess) -> dict[str, str]:
    """Return the destination's pool for each pool of the source that both use."""
    here, there = source.shared_pools, destination.shared_pools
    return {here[label]: there[label] for label in here.keys() & there.keys()}


def manageable_in(asked: TenantReader | CloudSession, pool: str) -> list[Json]:
    """Return what Cinder sees in a pool, page by page: whether it could be managed or not.

    A reader asks once.
    """
    found: list[Json] = []
    while True:
        query: dict[str, Any] = {"host": pool, "limit": PAGE, "offset": len(found)}
        path, key, since = "/manageable_volumes", "manageable-volumes", LISTING_SINCE
        page = [*asked.list(_SERVICE, path, key, microversion=since, **query)]
        found += page
        if len(page) < PAGE:
            return found


def reference_of(volume_id: str, listed: Iterable[Json]) -> Json | None:
    """Return the reference by which a volume of another cloud can be managed, None without one.

    Storages call it as its Cinder did: ``volume-<id>``, unless ``volume_name_template`` says else.
    """
    for each in listed:
        reference: Json = each["reference"]
        if volume_id in str(reference.get("source-name", "")):
            return reference
    return None
