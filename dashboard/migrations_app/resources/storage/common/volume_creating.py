"""Creates a volume on the destination, as its owner, from a copied image."""

from dashboard.clients.openstack import Json
from dashboard.clients.polling import poll_until
from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.records import MARKER
from dashboard.migrations_app.resources.storage.common.removing import remove
from dashboard.migrations_app.resources.storage.common.replaying import first_image
from dashboard.migrations_app.resources.work import Work

CREATE_SECONDS = 6 * 3600
_SERVICE = "block_storage"


def find_created(work: Work) -> str | None:
    """Return the volume with the marker; one that Cinder failed to create is removed."""
    volumes = work.destination.list(
        _SERVICE, "/volumes/detail", "volumes", all_tenants=1, project_id=work.project_id
    )
    for volume in volumes:
        if volume["metadata"].get(MARKER) == work.marker and _is_usable(work, volume["id"]):
            return str(volume["id"])
    return None


def create_from_image(work: Work) -> str:
    """Create the volume, wait until its data is there and return its id.

    Raises ``NeedsOperator`` if Cinder fails; nothing is left of it then.
    """
    fields = work.record.fields
    body: Json = {
        **only_set(fields, ("name", "description", "size")),
        **only_set(work.resolution, ("volume_type", "availability_zone")),
        "metadata": {**fields["metadata"], MARKER: work.marker},
        "imageRef": first_image(work),
    }
    return create_volume(work, body)


def create_volume(work: Work, body: Json) -> str:
    """Create a volume as the owner, wait for it and return its id.

    Raises ``NeedsOperator`` if Cinder fails; nothing is left of it then.
    """
    owner = work.session_as(work.record.fields.get("user_id") or "")
    volume_id = str(owner.post(_SERVICE, "/volumes", {"volume": body}, "volume")["id"])
    if not _is_usable(work, volume_id):
        raise NeedsOperator(
            f"Cloud {work.destination.name} failed to create volume {work.record.title}.",
            fix="Check its storage and the log of cinder-volume there, then retry.",
        )
    return volume_id


def take_off_marker(work: Work) -> None:
    """Remove the marker from the volume's metadata; nothing happens if it is off."""
    work.destination.delete(_SERVICE, f"/volumes/{work.destination_id}/metadata/{MARKER}")


def _is_usable(work: Work, volume_id: str) -> bool:
    """Wait until a new volume is available; remove it and return False if its creation failed."""

    def status() -> str | None:
        volume = work.destination.get(_SERVICE, f"/volumes/{volume_id}", "volume")
        in_progress = volume["status"] in ("creating", "downloading", "managing")
        return None if in_progress else str(volume["status"])

    what = f"volume {work.record.title} to be created"
    reached = poll_until(status, what=what, seconds=CREATE_SECONDS, check=work.check)
    is_failed = reached in ("error", "error_managing")
    if is_failed:
        remove(work.destination, f"/volumes/{volume_id}", "volume", check=work.check)
    return not is_failed
