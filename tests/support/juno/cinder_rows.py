"""Volumes and snapshots of the stand-in: rows as v2 tells them to administrators."""

from collections.abc import Mapping
from typing import Any

from tests.support.juno.messages import Caller, Json
from tests.support.juno.rows import LATER, row_of

OWNER = "os-vol-tenant-attr:tenant_id"
OF_SNAPSHOT = "os-extended-snapshot-attributes:project_id"
_NOW = "2026-11-29T08:00:00.000000"
_NAMES = {"name": "display_name", "description": "display_description"}
_TODAYS = {old: new for new, old in _NAMES.items()}
# v1 does not tell these of a volume
_ONLY_V2 = ("user_id", "replication_status", "consistencygroup_id")
_FILTERS = ("name", "status", "volume_id")


def in_v1(row: Json) -> Json:
    """Return a volume or snapshot as v1 tells it: no type is a text there."""
    told = {_NAMES.get(n, n): value for n, value in row.items() if n not in _ONLY_V2}
    if "volume_type" in told:
        told["volume_type"] = str(told["volume_type"])
    return told


def of_v1(given: Mapping[str, Any]) -> Json:
    """Return what v1 was sent under the names of v2. It knows no ``name``, and no marker."""
    kept = {name: value for name, value in given.items() if name not in ("name", "marker")}
    return {_TODAYS.get(name, name): value for name, value in kept.items()}


def is_wanted(row: Mapping[str, Any], caller: Caller, query: Mapping[str, str]) -> bool:
    """Return whether the caller sees a row and asks for it."""
    owner = row.get(OWNER) or row.get(OF_SNAPSHOT)
    everybodys = caller.is_admin and query.get("all_tenants") not in (None, "", "0")
    if not everybodys and owner != caller.tenant_id:
        return False
    if query.get("project_id", owner) != owner:
        return False
    return all(row.get(name) == query[name] for name in _FILTERS if name in query)


def new_volume(id_: str, given: Mapping[str, Any], caller: Caller, state: Json) -> Json:
    """Return a new volume, which is there when it has been looked at."""
    row = {
        **{"id": id_, OWNER: caller.tenant_id, "user_id": caller.user_id, "attachments": []},
        **{"size": given["size"], "name": given.get("name"), "bootable": "false"},
        **{"description": given.get("description"), "metadata": given.get("metadata") or {}},
        **{"volume_type": given.get("volume_type"), "snapshot_id": given.get("snapshot_id")},
        **{"source_volid": None, "created_at": _NOW, "availability_zone": "nova"},
        **{"encrypted": False, "consistencygroup_id": None, "replication_status": "disabled"},
        **{"os-vol-host-attr:host": "juno-ctl#lab", "os-vol-mig-status-attr:name_id": None},
        **{"os-vol-mig-status-attr:migstat": None, "os-volume-replication:driver_data": None},
        **{"os-volume-replication:extended_status": None, "status": "creating"},
        LATER: {"status": "available"},
    }
    if snapshot := row_of(state["snapshots"], given.get("snapshot_id") or ""):
        row["~data"] = f"volume {snapshot['volume_id']}"
    return row


def new_snapshot(
    id_: str, given: Mapping[str, Any], caller: Caller, volume: Mapping[str, Any]
) -> Json:
    """Return a new snapshot, which is there when it has been looked at."""
    return {
        **{"id": id_, "volume_id": volume["id"], "size": volume["size"], "status": "creating"},
        **{"name": given.get("name"), "description": given.get("description")},
        **{"metadata": {}, "created_at": _NOW, OF_SNAPSHOT: caller.tenant_id},
        **{"os-extended-snapshot-attributes:progress": "100%", LATER: {"status": "available"}},
    }
