"""What keeps a volume from being moved, and what beside the volumes themselves stays."""

from collections.abc import Iterable, Sequence

from dashboard.clients.openstack import CloudSession
from dashboard.migrations_app.resources.reader import JsonList, TenantReader
from dashboard.migrations_app.resources.records import WARN, Finding, Record
from dashboard.migrations_app.resources.reservations import RESERVED

_SERVICE = "block_storage"
_MIGRATABLE = ("available", "in-use")
# from there on Nova attaches a volume to several servers
MULTIATTACH_SINCE = "2.60"
DETACH = "Detach it from all but one of them, then plan again."
_GROUPS = ("group_id", "consistencygroup_id")


def obstacles(record: Record, destination: CloudSession) -> Iterable[tuple[str, str]]:
    """Return why the data of a volume cannot be migrated, each with what to do."""
    fields, label = record.fields, f"Volume {record.title}"
    is_shelved = fields["status"] == RESERVED and fields["server_ids"]
    if fields["status"] not in _MIGRATABLE and not is_shelved:
        fix = "Bring it to available or in-use, or delete it; then plan again."
        yield f"{label} is in state {fields['status']}.", fix
    if is_shared(record) and not destination.supports("compute", MULTIATTACH_SINCE):
        sentence = f"{label} is attached to several servers, which Nova of cloud {destination.name}"
        yield f"{sentence} cannot do.", DETACH


def is_shared(record: Record) -> bool:
    """Return whether a volume is attached to several servers."""
    return len(record.fields["server_ids"]) > 1


def what_stays(records: Sequence[Record], source: TenantReader) -> Iterable[Finding]:
    """Return a warning for the tenant's backups, transfers and groups of volumes, with counts."""
    ids = {record.id for record in records}
    backups = _of(source, "/backups/detail", "backups", ids)
    if backups:
        yield _stays(
            f"{len(backups)} backups of volumes are not migrated: they are records of the source's "
            "backup service.",
            "Restore those that are still needed to volumes, then plan again.",
        )
    transfers = _of(source, "/os-volume-transfer/detail", "transfers", ids)
    if transfers:
        yield _stays(
            f"{len(transfers)} transfers of volumes to other projects are open, and not migrated.",
            "Have them accepted, or delete them (openstack volume transfer request delete).",
        )
    if grouped := [r for r in records if any(r.fields.get(name) for name in _GROUPS)]:
        groups = {r.fields.get(name) for r in grouped for name in _GROUPS if r.fields.get(name)}
        yield _stays(
            f"{len(grouped)} volumes are in {len(groups)} volume groups: they are moved one by "
            "one, without the groups.",
            "Create the groups on the destination after the move, if it has group types for them.",
        )


def _of(source: TenantReader, path: str, key: str, volume_ids: set[str]) -> JsonList:
    found = source.list(_SERVICE, path, key, all_tenants=1) if volume_ids else []
    return [each for each in found if each["volume_id"] in volume_ids]


def _stays(sentence: str, fix: str) -> Finding:
    return Finding(severity=WARN, sentence=sentence, fix=fix)
