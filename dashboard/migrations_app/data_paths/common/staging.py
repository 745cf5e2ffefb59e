"""The volume of the destination that is made ahead, and gets its data in passes.

It is the tenant's from the beginning, and carries the marker by which its creation finds it.
"""

from dashboard.migrations_app.resources.attributes import only_set
from dashboard.migrations_app.resources.records import MARKER
from dashboard.migrations_app.resources.storage.common.removing import remove
from dashboard.migrations_app.resources.storage.common.volume_creating import (
    create_volume,
    find_created,
)
from dashboard.migrations_app.resources.work import Work

_BEGUN = "staging"
"""Stage data: whether the volume may exist."""


def staged_volume(work: Work) -> str:
    """Return the id of the volume, made as its owner and without data unless it is there."""
    if work.stage_data.get(_BEGUN) and (found := find_created(work)):
        return found
    work.save(**{_BEGUN: True})
    fields = work.record.fields
    return create_volume(
        work,
        {
            **only_set(fields, ("name", "description", "size")),
            **only_set(work.resolution, ("volume_type", "availability_zone")),
            "metadata": {**fields["metadata"], MARKER: work.marker},
        },
    )


def remove_staged(work: Work) -> None:
    """Remove the volume, unless it has become the copy: that is removed as such."""
    if not work.stage_data.get(_BEGUN):
        return
    found = find_created(work)
    if found and found != work.destination_id:
        remove(work.destination, f"/volumes/{found}", "volume", check=work.check)
    work.save(**{_BEGUN: False})
