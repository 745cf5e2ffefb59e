"""Attaches the data volumes to the copy of a server, and detaches them again."""

from dashboard.clients.openstack import poll_until
from dashboard.migrations_app.resources.work import Work

ATTACH_SECONDS = 1800
# from here on whether a volume is deleted with its server can be changed while it is attached
DELETION_MICROVERSION = "2.85"


def attach_volumes(work: Work) -> None:
    """Attach the volumes one after the other, so that devices keep their order."""
    path = _path(work)
    listed = work.destination.list("compute", path, "volumeAttachments")
    attached = {attachment["volumeId"] for attachment in listed}
    for source_id in work.record.fields["volumes"]:
        volume_id = work.destination_id_of("volume", source_id)
        if volume_id not in attached:
            owner = work.session_as(work.record.fields["user_id"])
            owner.post("compute", path, {"volumeAttachment": {"volumeId": volume_id}})
        _await_status(work, volume_id, "in-use")
    _set_deletion(work)


def detach_volumes(work: Work) -> None:
    """Detach all volumes but the root's from the copy, if there is one."""
    if not work.destination_id:
        return
    root = work.record.fields["root_volume"]
    for source_id in work.record.fields["volumes"]:
        if source_id != root:
            volume_id = work.destination_id_of("volume", source_id)
            work.destination.delete("compute", f"{_path(work)}/{volume_id}")
            _await_status(work, volume_id, "available")


def _set_deletion(work: Work) -> None:
    """Mark the volumes to be deleted with the copy that are so marked at the source's server."""
    if not work.destination.supports("compute", DELETION_MICROVERSION):
        return
    for source_id in work.record.fields["deleted_volumes"]:
        volume_id = work.destination_id_of("volume", source_id)
        body = {"volumeId": volume_id, "delete_on_termination": True}
        work.destination.put(
            "compute",
            f"{_path(work)}/{volume_id}",
            {"volumeAttachment": body},
            microversion=DELETION_MICROVERSION,
        )


def _await_status(work: Work, volume_id: str, status: str) -> None:
    def reached() -> bool | None:
        volume = work.destination.find("block_storage", f"/volumes/{volume_id}", "volume")
        return True if volume is None or volume["status"] == status else None

    poll_until(
        reached,
        what=f"volume {volume_id} to become {status}",
        seconds=ATTACH_SECONDS,
        check=work.check,
    )


def _path(work: Work) -> str:
    return f"/servers/{work.destination_id}/os-volume_attachments"
