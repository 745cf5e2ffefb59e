"""What of a disk itself keeps it from the paths that only volumes can take."""

from dashboard.migrations_app.resources.data_path import Disk
from dashboard.migrations_app.resources.storage.common.volume_keys import is_encrypted


def kept_by(disk: Disk) -> str:
    """Return what keeps a disk from such a path, "" for nothing."""
    if disk.record.type != "volume":
        return "The own disk of a server is in no pool of Cinder's."
    if is_encrypted(disk.record):
        return "It is encrypted: Cinder gives away no encrypted volume."
    if disk.record.fields["status"] not in ("available", "in-use"):
        return f"It is {disk.record.fields['status']}: Cinder clones none in that state."
    return "It goes through the states of its snapshots." if disk.replays else ""
