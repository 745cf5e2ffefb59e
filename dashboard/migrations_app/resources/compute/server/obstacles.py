"""What stands in the way of a server's move."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.compute.server.fields import mac_addresses
from dashboard.migrations_app.resources.compute.server.states import MIGRATABLE, fix_of
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record


def obstacles(record: Record, reader: TenantReader) -> Iterable[tuple[str, str]]:
    """Return why a server cannot be migrated, each with what to do."""
    fields, label = record.fields, f"Server {record.name}"
    if fields["status"] not in MIGRATABLE:
        yield f"{label} is {fields['status']}.", f"{fix_of(fields['status'])}, then plan again."
    if not fields["flavor_id"]:
        yield _flavor_is_gone(record), "Resize it to a flavor that is there, then plan again."
    if len(fields["ports"]) < len(mac_addresses(dict(fields))):
        yield f"{label} has a port of another project.", "Give it one of its own, then plan again."
    others = set(fields["volumes"]) - {volume["id"] for volume in reader.volumes}
    for volume_id in sorted(others):
        yield f"{label} has volume {volume_id} of another project.", "Detach it, then plan again."


def _flavor_is_gone(record: Record) -> str:
    id_ = (record.fields.get("flavor") or {}).get("id") or "without an id"
    return (
        f"Server {record.name} runs on flavor {id_}, which was deleted; this Nova does not tell "
        "its sizes."
    )
