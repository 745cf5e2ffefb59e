"""What stands in the way of a server's move."""

from collections.abc import Iterable

from dashboard.migrations_app.resources.compute.server.fields import (
    has_disk_to_copy,
    mac_addresses,
)
from dashboard.migrations_app.resources.compute.server.states import (
    ERROR,
    MIGRATABLE,
    SHELVES,
    fix_of,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import Record
from dashboard.migrations_app.resources.storage.common.shelved_images import shelved_image

# of a host, which Nova tells from microversion 2.16 on
UP = "UP"


def obstacles(record: Record, reader: TenantReader) -> Iterable[tuple[str, str]]:
    """Return why a server cannot be migrated, each with what to do."""
    fields, label = record.fields, f"Server {record.name}"
    if fields["status"] not in MIGRATABLE:
        yield f"{label} is {fields['status']}.", f"{fix_of(fields['status'])}, then plan again."
    if fields["status"] == ERROR:
        yield from _unreadable(record)
    if fields["status"] in SHELVES:
        yield from _unshelvable(record, reader)
    if not fields["flavor_id"]:
        yield _flavor_is_gone(record), "Resize it to a flavor that is there, then plan again."
    if len(fields["ports"]) < len(mac_addresses(dict(fields))):
        yield f"{label} has a port of another project.", "Give it one of its own, then plan again."
    others = set(fields["volumes"]) - {volume["id"] for volume in reader.volumes}
    for volume_id in sorted(others):
        yield f"{label} has volume {volume_id} of another project.", "Detach it, then plan again."


def _unreadable(record: Record) -> Iterable[tuple[str, str]]:
    """Return why the disk of a server in ERROR cannot be read, if that is known."""
    fields, label = record.fields, f"Server {record.name} is in ERROR and"
    if not fields.get("OS-SRV-USG:launched_at"):
        yield f"{label} never ran: it has no disk.", "Delete it or leave it out, then plan again."
    elif task := fields.get("OS-EXT-STS:task_state"):
        fix = "Reset its state (openstack server set --state error), then plan again."
        yield f"{label} its task {task} never ended.", fix
    elif fields.get("host_status", UP) not in (UP, "MAINTENANCE"):
        fix = "Bring its host back or evacuate it, then plan again."
        yield f"{label} its host does not respond: its disk cannot be read.", fix


def _unshelvable(record: Record, reader: TenantReader) -> Iterable[tuple[str, str]]:
    """Return why a shelved server cannot be migrated as it is."""
    fields, label = record.fields, f"Server {record.name} is {record.fields['status']}"
    if has_disk_to_copy(fields) and shelved_image(reader.cloud, fields) is None:
        sentence = f"{label}, and Glance has no image {record.name}-shelved, which is its disk."
        yield sentence, "Restore the image or leave the server out, then plan again."


def _flavor_is_gone(record: Record) -> str:
    id_ = (record.fields.get("flavor") or {}).get("id") or "without an id"
    return (
        f"Server {record.name} runs on flavor {id_}, which was deleted; this Nova does not tell "
        "its sizes."
    )
