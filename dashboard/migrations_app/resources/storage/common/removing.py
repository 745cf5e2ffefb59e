"""Removes volumes and snapshots, which Cinder deletes in its own time and in some states only."""

from collections.abc import Callable
from functools import partial

from dashboard.clients.openstack import CloudSession, Json
from dashboard.clients.polling import poll_until
from dashboard.errors import Retryable

GONE_SECONDS = 1800
# states in which Cinder refuses to delete, and for how long they may last: data is written or read
# for hours; what is attached is let go by a server that was deleted before
_BUSY = {
    (
        *("creating", "managing", "downloading", "uploading"),
        *("backing-up", "restoring-backup"),
    ): 6 * 3600,
    ("attaching", "in-use", "detaching"): 300,
}
DELETING = "deleting"
"""The state from the answer to the request on, until it is gone or Cinder gives up."""
_SERVICE = "block_storage"


class DeletionFailed(Retryable):
    """The storage has failed to delete a volume or a snapshot, which is there still."""


def remove(
    cloud: CloudSession, path: str, key: str, *, check: Callable[[], None] = lambda: None
) -> None:
    """Delete a volume or a snapshot once nothing uses it, and wait until it is gone.

    One that is being deleted already is only waited for: Cinder refuses a second request, which
    comes from a worker that takes over or did not get the answer to the first. Raises
    ``DeletionFailed`` if the storage failed to delete it, and ``NeedsOperator`` if it stays in use.
    """

    def look() -> Json | None:
        return cloud.find(_SERVICE, path, key)

    def is_in(states: tuple[str, ...]) -> bool:
        return (look() or {}).get("status") in states

    def left(states: tuple[str, ...]) -> bool | None:
        return None if is_in(states) else True

    def gone() -> bool | None:
        found = look()
        # a driver that finds it busy, as by a process that just died, has Cinder make it available
        if found and found["status"] != DELETING:
            raise DeletionFailed(f"Cloud {cloud.name} failed to delete {path}.")
        return True if found is None else None

    for states, seconds in _BUSY.items():
        what = f"{path} to be used by nothing"
        poll_until(partial(left, states), what=what, seconds=seconds, check=check)
    if not is_in((DELETING,)):
        cloud.delete(_SERVICE, path)
    poll_until(gone, what=f"{path} to be deleted", seconds=GONE_SECONDS, check=check)
