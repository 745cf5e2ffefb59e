"""Captures a volume of the source in a temporary image.

Most clouds upload no volume in use (``enable_force_upload`` is off by default), so it is read
through a snapshot and a volume made from that. Both belong to the operator and are removed once the
image is there. All three are found again by their names.
"""

from collections.abc import Callable, Iterable

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import Retryable
from dashboard.migrations_app.resources.data_path import GIB
from dashboard.migrations_app.resources.reservations import RESERVED
from dashboard.migrations_app.resources.storage.common.removing import GONE_SECONDS, remove
from dashboard.migrations_app.resources.storage.common.temporary_images import (
    await_captured,
    find_image,
    image_name,
    remove_from_source,
    unless_refused,
)
from dashboard.migrations_app.resources.storage.common.volume_keys import is_encrypted, source_of
from dashboard.migrations_app.resources.work import Work

COPY_SECONDS = 6 * 3600
# stage data: whether the volume, which a shelved server reserves, was made available
_FREED = "freed"
_SERVICE = "block_storage"
# sparse, so that only what was ever written is copied; and the storage does not clone volumes from
# it, so that it can be deleted while the volume exists
_SPARSE = {"disk_format": "qcow2", "container_format": "bare"}
_RAW = {"disk_format": "raw", "container_format": "bare"}


def capture_volume(work: Work) -> None:
    """Make the temporary image of the volume and store its id as ``source_image``."""
    _capture(work, _readable)


def capture_snapshot(work: Work) -> None:
    """Make the temporary image of a snapshot of a volume, through a volume made from it."""
    _capture(work, _volume_of_snapshot)


def _capture(work: Work, readable: Callable[[Work], str]) -> None:
    image = find_image(work.source, name=image_name(work.record)) if work.resumed else None
    image_id = image["id"] if image else _upload(work, readable(work), _format(work))
    _await_upload(work, image_id)
    if not _fits(work, image_id):
        remove_from_source(work, image_name(work.record))
        _await_upload(work, _upload(work, readable(work), _RAW))
    clean_up_copy(work)
    restore_reservation(work)


def _await_upload(work: Work, image_id: str) -> None:
    work.save(source_image=image_id)
    await_captured(
        work,
        image_id,
        is_busy=lambda: _is_uploading(work),
        what=f"the image of {work.record.type.replace('_', ' ')} {work.record.title}",
    )


def _fits(work: Work, image_id: str) -> bool:
    """Return whether Cinder takes the image for a volume of this size.

    It compares the image's own size, and a sparse image of a volume that is written to its last
    block is larger than the volume.
    """
    image = work.source.get("image", f"/images/{image_id}")
    size = work.record.fields["size"] * GIB
    return bool(image["disk_format"] == "raw" or image["size"] <= size)


def clone_of(work: Work) -> str:
    """Return the id of a volume in the operator's project that is made from the volume's state."""
    snapshot = snapshot_of(work)
    copy = {"snapshot_id": snapshot["id"], "size": snapshot["size"]}
    return str(_made(work, "volumes", "volume", "copy", copy)["id"])


def snapshot_of(work: Work, suffix: str = "snapshot") -> Json:
    """Return an available snapshot of the volume in the operator's project."""
    work.save(copied=True)
    body = {"volume_id": work.record.id, "force": True}
    return _made(work, "snapshots", "snapshot", suffix, body)


def kept_snapshot(work: Work) -> Json | None:
    """Return the snapshot that ``snapshot_of`` made and nobody has removed, None without one."""
    return next(iter(_find(work, "snapshots", "snapshot")), None)


def remove_snapshot(work: Work, suffix: str) -> None:
    """Remove the snapshot that ``snapshot_of`` made with that suffix, if there is one."""
    for found in _find(work, "snapshots", suffix):
        remove(source_of(work), f"/snapshots/{found['id']}", "snapshot", check=work.check)


def copy_name(work: Work) -> str:
    """Return what ``clone_of`` calls the volume that it makes."""
    return _name(work, "copy")


def drop_snapshot(work: Work) -> bool:
    """Delete the snapshot that ``clone_of`` made; return False if its storage keeps it.

    That is what Cinder says by making it available again, as Ceph's driver does with a snapshot on
    which a clone rests.
    """
    for found in _find(work, "snapshots", "snapshot"):
        path = f"/snapshots/{found['id']}"
        if found["status"] == "available":
            source_of(work).delete(_SERVICE, path)

        def outcome(path: str = path) -> str | None:
            left = work.source.find(_SERVICE, path, "snapshot")
            status = left["status"] if left else "gone"
            return None if status == "deleting" else status

        what = f"{path} to be deleted"
        if poll_until(outcome, what=what, seconds=GONE_SECONDS, check=work.check) != "gone":
            return False
    work.save(copied=False)
    return True


def clean_up_copy(work: Work) -> None:
    """Delete the copy of a volume in use; what the storage refuses to delete stays for later."""
    what = f"{_name(work, 'copy')} or {_name(work, 'snapshot')} on cloud {work.source.name}"
    unless_refused(work, remove_copy, what=what)


def remove_copy(work: Work) -> None:
    """Delete the copy of a volume in use and the snapshot that it was made from."""
    if not work.stage_data.get("copied"):
        return
    # the snapshot last: some storage keeps it while a volume depends on it
    for path, key, suffix in (("volumes", "volume", "copy"), ("snapshots", "snapshot", "snapshot")):
        for found in _find(work, path, suffix):
            remove(source_of(work), f"/{path}/{found['id']}", key, check=work.check)
    work.save(copied=False)


def restore_reservation(work: Work) -> None:
    """Reserve the volume again for its shelved server, if its capture had to free it."""
    if not work.stage_data.get(_FREED):
        return

    def idle() -> bool | None:
        return None if _is_uploading(work) else True

    what = f"volume {work.record.title} to be read"
    poll_until(idle, what=what, seconds=COPY_SECONDS, check=work.check)
    _set_status(work, RESERVED)
    work.save(**{_FREED: False})


def _readable(work: Work) -> str:
    """Return the id of the volume to upload: itself, or a copy of it while it is in use.

    Cinder lets nobody read a volume that is reserved for a shelved server, which cannot run: it is
    made available, its reservation stays, and its status is put back when it has been read.
    """
    volume = work.source.get(_SERVICE, f"/volumes/{work.record.id}", "volume")
    if volume["status"] == RESERVED or work.stage_data.get(_FREED):
        work.save(**{_FREED: True})
        _set_status(work, "available")
        return work.record.id
    if volume["status"] == "available":
        return work.record.id
    return clone_of(work)


def _set_status(work: Work, status: str) -> None:
    body = {"os-reset_status": {"status": status}}
    work.source.post(_SERVICE, f"/volumes/{work.record.id}/action", body)


def _volume_of_snapshot(work: Work) -> str:
    """Return the id of a volume that is made from the snapshot."""
    work.save(copied=True)
    body = {"snapshot_id": work.record.id, "size": work.record.fields["size"]}
    return str(_made(work, "volumes", "volume", "copy", body)["id"])


def _made(work: Work, path: str, key: str, suffix: str, body: Json) -> Json:
    """Return the available snapshot or volume of that name, made now unless it exists already."""
    found = next(iter(_find(work, path, suffix)), None) if work.resumed else None
    if found and found["status"] == "error":
        remove(source_of(work), f"/{path}/{found['id']}", key, check=work.check)
        found = None
    named = {**body, "name": _name(work, suffix)}
    made = found or source_of(work).post(_SERVICE, f"/{path}", {key: named}, key)

    def available() -> Json | None:
        current = work.source.get(_SERVICE, f"/{path}/{made['id']}", key)
        if current["status"] == "error":
            raise Retryable(f"Cloud {work.source.name} failed to make {key} {named['name']}.")
        return current if current["status"] == "available" else None

    return poll_until(
        available,
        what=f"{key} {named['name']} to become available",
        seconds=COPY_SECONDS,
        check=work.check,
    )


def _find(work: Work, path: str, suffix: str) -> Iterable[Json]:
    # without all_tenants: they are of the project that the operator acts in
    return source_of(work).list(_SERVICE, f"/{path}/detail", path, name=_name(work, suffix))


def _name(work: Work, suffix: str) -> str:
    return f"pumphouse-{work.record.type}-{work.record.id}-{suffix}"


def _upload(work: Work, volume_id: str, image_format: Json) -> str:
    work.save(uploading=volume_id)
    body = {"os-volume_upload_image": {"image_name": image_name(work.record), **image_format}}
    path = f"/volumes/{volume_id}/action"
    answer = source_of(work).post(_SERVICE, path, body, "os-volume_upload_image")
    return str(answer["image_id"])


def _format(work: Work) -> Json:
    """Return the format to upload in: Cinder takes what is encrypted in no other than raw."""
    return _RAW if is_encrypted(work.record) else _SPARSE


def _is_uploading(work: Work) -> bool:
    volume_id = work.stage_data.get("uploading", work.record.id)
    volume = work.source.find(_SERVICE, f"/volumes/{volume_id}", "volume") or {}
    return volume.get("status") == "uploading"
