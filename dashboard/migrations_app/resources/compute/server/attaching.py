"""Attaches the data volumes to the copy of a server, and detaches them again."""

from collections.abc import Callable

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.migrations_app.resources.compute.server.devices import (
    VOLUME_TAGS,
    VOLUME_TAGS_SINCE,
    tag_of,
)
from dashboard.migrations_app.resources.work import Work

ATTACH_SECONDS = 1800
# from here on volumes are detached from shelved servers
_FROM_SHELVED = "2.20"
# from here on whether a volume is deleted with its server can be changed while it is attached
DELETION_MICROVERSION = "2.85"
# and from here on it can be said when a volume is attached
DELETION_AT_ATTACHING = "2.79"


def attach_volumes(work: Work) -> None:
    """Attach the volumes one after the other, so that devices keep their order."""
    path = _path(work)
    listed = work.destination.list("compute", path, "volumeAttachments")
    attached = {attachment["volumeId"] for attachment in listed}
    for source_id in work.record.fields["volumes"]:
        volume_id = work.destination_id_of("volume", source_id)
        if volume_id not in attached:
            owner = work.session_as(work.record.fields["user_id"])
            body = {"volumeId": volume_id, **_told(work, source_id)}
            microversion = owner.at_most("compute", DELETION_AT_ATTACHING)
            owner.post("compute", path, {"volumeAttachment": body}, microversion=microversion)
        _await_attached(work.destination, volume_id, work.destination_id, check=work.check)
    _set_deletion(work)


def detach_volumes(work: Work) -> None:
    """Detach all volumes but the root's from the copy, if there is one."""
    if not work.destination_id:
        return
    root = work.record.fields["root_volume"]
    for source_id in work.record.fields["volumes"]:
        if source_id != root:
            volume_id = work.destination_id_of("volume", source_id)
            _detach(work.destination, f"{_path(work)}/{volume_id}")
            _await_detached(work.destination, volume_id, work.destination_id, check=work.check)


def detach_others(work: Work) -> None:
    """Detach from the source's server the volumes that do not move with it, before it is deleted.

    Nova would delete those that are marked to be deleted with their server.
    """
    path = f"/servers/{work.record.id}/os-volume_attachments"
    if not work.source.find("compute", f"/servers/{work.record.id}", "server"):
        return
    for attachment in [*work.source.list("compute", path, "volumeAttachments")]:
        volume_id = attachment["volumeId"]
        if volume_id not in work.record.fields["volumes"]:
            _detach(work.source, f"{path}/{volume_id}")
            _await_detached(work.source, volume_id, work.record.id, check=work.check)
            work.log(f"Detached volume {volume_id}, which stays, from server {work.record.name}.")


def _detach(cloud: CloudSession, path: str) -> None:
    """Detach a volume, also from a shelved server, of which Nova takes no older request."""
    cloud.delete("compute", path, microversion=cloud.at_most("compute", _FROM_SHELVED))


def _told(work: Work, source_id: str) -> Json:
    """Return what is said of a volume beside its id, where Nova takes it: its tag and its end."""
    cloud, fields = work.destination, work.record.fields
    told = tag_of(work, VOLUME_TAGS, source_id, VOLUME_TAGS_SINCE)
    later = cloud.supports("compute", DELETION_MICROVERSION)
    takes_end = cloud.supports("compute", DELETION_AT_ATTACHING) and not later
    if takes_end and source_id in fields["deleted_volumes"]:
        told["delete_on_termination"] = True
    return told


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


def _await_attached(
    cloud: CloudSession, volume_id: str, server_id: str, *, check: Callable[[], None]
) -> None:
    def reached(volume: Json) -> bool:
        return volume["status"] == "in-use" and server_id in _users(volume)

    _await(cloud, volume_id, reached, what=f"volume {volume_id} to become in-use", check=check)


def _await_detached(
    cloud: CloudSession, volume_id: str, server_id: str, *, check: Callable[[], None]
) -> None:
    """Wait until a volume is free, or in use by other servers only."""

    def reached(volume: Json) -> bool:
        others = _users(volume) - {server_id}
        is_of_others = volume["status"] == "in-use" and others == _users(volume)
        return volume["status"] == "available" or bool(others and is_of_others)

    _await(cloud, volume_id, reached, what=f"volume {volume_id} to become available", check=check)


def _users(volume: Json) -> set[str]:
    return {attachment["server_id"] for attachment in volume["attachments"]}


def _await(
    cloud: CloudSession,
    volume_id: str,
    reached: Callable[[Json], bool],
    *,
    what: str,
    check: Callable[[], None],
) -> None:
    def probe() -> bool | None:
        volume = cloud.find("block_storage", f"/volumes/{volume_id}", "volume")
        return True if volume is None or reached(volume) else None

    poll_until(probe, what=what, seconds=ATTACH_SECONDS, check=check)


def _path(work: Work) -> str:
    return f"/servers/{work.destination_id}/os-volume_attachments"
