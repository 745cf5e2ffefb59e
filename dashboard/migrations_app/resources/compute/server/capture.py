"""Captures the disk of a server of the source in a snapshot: a temporary image."""

from dashboard.errors import NeedsOperator, Retryable
from dashboard.migrations_app.resources.compute.server.states import SHELVES, act, idle_server
from dashboard.migrations_app.resources.storage.common.image_properties import TEMPORARY
from dashboard.migrations_app.resources.storage.common.shelved_images import (
    SHELVED_IMAGE,
    shelved_image,
)
from dashboard.migrations_app.resources.storage.common.temporary_images import (
    await_captured,
    find_image,
    label,
)
from dashboard.migrations_app.resources.work import Work


def snapshot_name(work: Work) -> str:
    """Return the name of the server's snapshot; Glance takes 255 characters."""
    return f"{work.record.name[:200]}-snapshot-{work.record.id}"


def capture_disk(work: Work) -> None:
    """Make the snapshot, or go on with one that an earlier attempt has begun, and store its id.

    Nova makes none of a shelved server: its disk is an image already, which stays.
    """
    if work.stage_data.get("status") in SHELVES:
        work.save(**{SHELVED_IMAGE: _shelved_image(work)})
        return
    image_id = (work.resumed and _find_snapshot(work)) or _create_snapshot(work)
    work.save(source_image=image_id)
    await_captured(
        work,
        image_id,
        is_busy=lambda: _is_busy(work),
        what=f"the snapshot of server {work.record.name}",
    )


def _shelved_image(work: Work) -> str:
    image = shelved_image(work.source, work.record.fields)
    if image is None:
        raise NeedsOperator(
            f"Glance of cloud {work.source.name} has no image of shelved server "
            f"{work.record.name}.",
            fix="Leave the server out, or unshelve it; then plan again.",
        )
    return str(image["id"])


def _find_snapshot(work: Work) -> str:
    image = find_image(work.source, **{TEMPORARY: label(work)})
    return str(image["id"]) if image else ""


def _create_snapshot(work: Work) -> str:
    """Begin a snapshot of the source's server and return its id.

    Nova returns the id in a header or, from 2.45 on, in the body; Glance lists it in either case.
    """
    idle_server(work.source, work.record.id, check=work.check)
    metadata = {TEMPORARY: label(work)}
    body = {"createImage": {"name": snapshot_name(work), "metadata": metadata}}
    act(work.source, work.record.id, body)
    image_id = _find_snapshot(work)
    if not image_id:
        raise Retryable(f"Glance does not list the snapshot of server {work.record.name}.")
    return image_id


def _is_busy(work: Work) -> bool:
    server = work.source.get("compute", f"/servers/{work.record.id}", "server")
    return bool(server.get("OS-EXT-STS:task_state"))
