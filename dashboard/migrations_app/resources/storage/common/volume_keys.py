"""Encrypted volumes: their data moves as it is, and the key with it.

Cinder uploads such a volume as the encrypted bytes, in the format raw alone, and clones its key for
the image (``cinder_encryption_key_id``). Of an image with a key it makes a volume of an encrypted
type with a clone of that key, and copies the bytes as they are. So the type there must encrypt in
the same way. It acts on keys as whoever asks: in the source that is the operator in the tenant's
project, as Barbican lets nobody else read them.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from dashboard.clients.openstack import CloudSession, Json
from dashboard.migrations_app.resources.key_manager.common.secrets import (
    SERVICE,
    copy_payload,
    has_key_manager,
    operator_there,
    reader_of_secret,
    secret_id,
    secret_path,
    store_secret,
)
from dashboard.migrations_app.resources.reader import TenantReader
from dashboard.migrations_app.resources.records import CREATE, Decision, Record
from dashboard.migrations_app.resources.storage.common.image_keys import VOLUME_KEY
from dashboard.migrations_app.resources.work import Work

ENCRYPTION, READABLE, _HAS_KEYS = "encryption", "is_key_readable", "has_key_manager"
SPECS = ("provider", "cipher", "key_size", "control_location")
_OWNER = "os-vol-tenant-attr:tenant_id"
# stage data: the key of the image on the destination, True while its id is not known; and the key
# of that in the source
_KEY_THERE, _KEY_HERE = "key_there", "key_here"
# what providers were called before Queens
_LUKS = "nova.volume.encryptors.luks.LuksEncryptor"


def encryption_of(cloud: CloudSession, type_id: str) -> Json:
    """Return how volumes of a type are encrypted, {} if they are not."""
    found = cloud.find("block_storage", f"/types/{type_id}/encryption") or {}
    specs = {name: found[name] for name in SPECS if found.get(name)}
    return {**specs, "provider": "luks"} if specs.get("provider") == _LUKS else specs


def key_fields(volume: Json, type_id: str, reader: TenantReader) -> Json:
    """Return how a volume is encrypted, and whether the operator may read its key; else {}."""
    if not volume.get("encrypted"):
        return {}
    key, owner = volume.get("encryption_key_id"), reader.tenant.id
    is_readable = bool(key) and reader_of_secret(reader.cloud, owner, str(key)) is not None
    return {
        ENCRYPTION: encryption_of(reader.cloud, type_id) if type_id else {},
        READABLE: is_readable,
    }


def encryption_there(record: Record, type_id: str, reader: TenantReader) -> Json:
    """Return what the decision about an encrypted volume needs to know of the destination."""
    if not record.fields.get("encrypted"):
        return {}
    there = encryption_of(reader.cloud, type_id) if type_id else {}
    return {ENCRYPTION: there, _HAS_KEYS: has_key_manager(reader.cloud)}


def with_key(record: Record, decision: Decision) -> Decision:
    """Return the decision about a volume, a problem if nothing could read its copy."""
    if decision.action != CREATE or decision.problem or not record.fields.get("encrypted"):
        return decision
    why, fix = _obstacle(record.fields, decision.resolution)
    if not why:
        return decision
    key, type_ = record.fields.get("encryption_key_id"), record.fields["volume_type"]
    return replace(
        decision,
        problem=f"Volume {record.title} is encrypted by its type {type_}"
        f"{f' with key {key}' if key else ''}: {why}.",
        fix=f"{fix}, or leave it out; then plan again.",
    )


def _obstacle(fields: Mapping[str, Any], resolution: Mapping[str, Any]) -> tuple[str, str]:
    retype = "Retype it to a type that does not encrypt"
    if not fields.get("encryption_key_id"):
        return "Cinder tells its key from microversion 3.64 on only", retype
    if not fields[READABLE]:
        role = "Give it the role admin on the tenant's project in the source"
        return "the operator's account may not read its key", role
    if not resolution.get(_HAS_KEYS):
        return "the destination has no key manager", retype
    if resolution.get(ENCRYPTION) != fields[ENCRYPTION]:
        told = ", ".join(f"{name} {value}" for name, value in fields[ENCRYPTION].items())
        map_ = f"Map volume_type:{fields['volume_type']} to create or to such a type"
        return f"its type there does not encrypt with {told}", map_
    return "", ""


def is_encrypted(record: Record) -> bool:
    """Return whether a volume is encrypted."""
    return bool(record.fields.get("encrypted"))


def source_of(work: Work) -> CloudSession:
    """Return the source as whom Cinder may read the key, for what is encrypted; else as always."""
    if not is_encrypted(work.record):
        return work.source
    return work.source.scoped_to(work.record.fields[_OWNER])


def with_copied_key(work: Work, image: Mapping[str, Any], body: Json) -> Json:
    """Return the body of an image on the destination with the key that it needs, if it does.

    The key is copied before, as a secret of the volume's owner, by whom Cinder will read it.
    """
    if not image.get(VOLUME_KEY):
        return body
    remove_key_there(work)
    fields = work.record.fields
    key = secret_id(image[VOLUME_KEY])
    told = {"name": _name(work), "secret_type": "symmetric", "algorithm": "aes", "bit_length": 256}
    work.save(**{_KEY_THERE: True, _KEY_HERE: key})
    id_ = store_secret(work, fields["user_id"], {**told, **_size(fields)})
    work.save(**{_KEY_THERE: id_})
    copy_payload(work, fields[_OWNER], key, id_)
    return {**body, VOLUME_KEY: id_}


def _size(fields: Mapping[str, Any]) -> Json:
    size = fields.get(ENCRYPTION, {}).get("key_size")
    return {"bit_length": int(size)} if size else {}


def remove_key_there(work: Work) -> None:
    """Delete the key of the image on the destination: the volume has a clone of it.

    The clone has the same name: where the id of the image's key is not known, what has the name is
    deleted only as long as there is no volume.
    """
    key = work.stage_data.get(_KEY_THERE)
    if not key:
        return
    there = operator_there(work)
    if key is not True:
        there.delete(SERVICE, secret_path(str(key)))
    elif not work.destination_id:
        for each in [*there.list(SERVICE, "/secrets", "secrets", name=_name(work), limit=100)]:
            there.delete(SERVICE, secret_path(secret_id(each["secret_ref"])))
    work.save(**{_KEY_THERE: ""})


def remove_key_here(work: Work) -> None:
    """Delete the key of the image in the source, which Glance deletes as well from Ussuri on."""
    if key := work.stage_data.get(_KEY_HERE):
        source_of(work).delete(SERVICE, secret_path(str(key)))
        work.save(**{_KEY_HERE: ""})


def _name(work: Work) -> str:
    return f"pumphouse-{work.record.type}-{work.record.id}-key"
