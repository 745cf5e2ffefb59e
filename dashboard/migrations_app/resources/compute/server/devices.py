"""What guests know a server's ports and volumes by: tags, and the names of disks.

Nova tells tags from microversion 2.70 on, of one server at a time, and gives them to guests in
their metadata. They are read when a server moves and in verify; a plan reads them only where it has
to name them as lost, so that its calls do not grow with the number of servers.

Nova names the disks of a copy itself, in the order in which they are attached; libvirt heeds no
other wish.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from string import ascii_lowercase
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.reader import TAGS_TOLD_SINCE, TenantReader
from dashboard.migrations_app.resources.records import Difference, IdLookup, Loss, Record
from dashboard.migrations_app.resources.work import Work

PORT_TAGS, VOLUME_TAGS, DEVICES = "port_tags", "volume_tags", "devices"
OF_DEVICES: Mapping[str, str] = {PORT_TAGS: "port", VOLUME_TAGS: "volume", DEVICES: "volume"}
"""The attributes that say something of each port or volume by its id, with the type of that."""

ROOT = "OS-EXT-SRV-ATTR:root_device_name"
USUAL = "/dev/vda"
"""The name of a root disk, unless its bus is another one."""
_BY_BUS = (
    "Nova names the copy's by the bus of the disk, which the properties of the image or else the "
    "hypervisor decide."
)
_TOLD_BY = (
    (PORT_TAGS, "os-interface", "interfaceAttachments", "port_id"),
    (VOLUME_TAGS, "os-volume_attachments", "volumeAttachments", "volumeId"),
)
TAGS_AT_BOOT_SINCE, VOLUME_TAGS_SINCE = "2.42", "2.49"
_device = re.compile(r"(?P<bus>/dev/[a-z]*d)(?P<letter>[a-z])")


def tag_fields(server: Json, reader: TenantReader) -> Json:
    """Return the tags of a server's ports and volumes by their ids, nothing where none are told."""
    if not (reader.asks_of_each or _would_lose_tags(reader)):
        return {}
    return _told_tags(reader.cloud, server["id"])


def _would_lose_tags(reader: TenantReader) -> bool:
    there = reader.destination
    return there is not None and not there.cloud.supports("compute", VOLUME_TAGS_SINCE)


def _told_tags(cloud: CloudSession, server_id: str) -> Json:
    if not cloud.supports("compute", TAGS_TOLD_SINCE):
        return {}
    found = {}
    for field, path, key, id_ in _TOLD_BY:
        attached = cloud.list(
            "compute", f"/servers/{server_id}/{path}", key, microversion=TAGS_TOLD_SINCE
        )
        found[field] = {each[id_]: each["tag"] for each in attached if each.get("tag")}
    return found


def store_tags(work: Work) -> None:
    """Store the tags of a server's ports and volumes, before anything of it is changed."""
    if PORT_TAGS not in work.stage_data:
        work.save(**_told_tags(work.source, work.record.id))


def tag_of(work: Work, field: str, id_: str, since: str) -> Json:
    """Return the tag of a port or volume as a request has it, nothing where there is none."""
    # plans of older versions have read them
    told = {**work.record.fields.get(field, {}), **work.stage_data.get(field, {})}
    tag = told.get(id_)
    return {"tag": tag} if tag and work.destination.supports("compute", since) else {}


def device_losses(record: Record) -> Iterable[Loss]:
    """Return the loss of names of disks that the copy's will not have: gaps are closed."""
    told: Mapping[str, str] = record.fields[DEVICES]
    names = [told[id_] for id_ in record.fields["volumes"] if told.get(id_)]
    data = names[1:] if record.fields["root_volume"] else names
    if data and data != _consecutive(data[0], data, record.fields):
        reason = "Nova names the disks of the copy in their order and without gaps."
        yield Loss(field=DEVICES, value=dict(told), reason=reason)
    elif told.get(record.fields["root_volume"], USUAL) not in ("", USUAL):
        yield Loss(field=DEVICES, value=dict(told), reason=_BY_BUS)
    if (root := record.fields.get(ROOT)) not in (None, "", USUAL):
        yield Loss(field=ROOT, value=root, reason=_BY_BUS)


def device_differences(
    source: Mapping[str, Any], destination: Mapping[str, Any], destination_id_of: IdLookup
) -> Iterable[Difference]:
    """Return the differences in what both clouds tell of ports and volumes."""
    for field, type_name in OF_DEVICES.items():
        if field not in source or field not in destination:
            continue
        moved = {*source["ports"], *source["volumes"]}
        expected = {
            destination_id_of(type_name, id_): told
            for id_, told in source[field].items()
            if id_ in moved
        }
        found = destination[field]
        if field == DEVICES and _disks_of_flavor(source) != _disks_of_flavor(destination):
            # a mapped flavor has other disks, which is named: names move, in the same order
            is_equal = _order(expected) == _order(found)
        else:
            is_equal = expected == found
        if not is_equal:
            yield Difference(field=field, source=expected, destination=found)


def _disks_of_flavor(fields: Mapping[str, Any]) -> tuple[bool, bool]:
    return bool(fields.get("ephemeral")), bool(fields.get("swap"))


def _order(devices: Mapping[Any, str]) -> list[Any]:
    """Return the ids of disks in the order of their names."""
    return sorted(devices, key=lambda id_: devices[id_])


def _consecutive(first: str, names: Sequence[str], fields: Mapping[str, Any]) -> list[str]:
    """Return the names that disks get after the root disk, and those of the flavor."""
    found = _device.match(first)
    before = 1 + bool(fields.get("ephemeral")) + bool(fields.get("swap"))
    letters = ascii_lowercase[before : before + len(names)]
    return [f"{found['bus']}{letter}" for letter in letters] if found else [*names]
