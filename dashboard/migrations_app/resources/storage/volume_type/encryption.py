"""How a volume type encrypts: set before there is a volume of it."""

from dashboard.migrations_app.resources.storage.common.volume_keys import ENCRYPTION, encryption_of
from dashboard.migrations_app.resources.work import Work

_SERVICE = "block_storage"


def set_encryption(work: Work) -> None:
    """Set the encryption of the copy, unless it has it."""
    wanted = work.record.fields.get(ENCRYPTION)
    if wanted and not encryption_of(work.destination, work.destination_id):
        path = f"/types/{work.destination_id}/encryption"
        work.destination.post(_SERVICE, path, {"encryption": wanted})
