"""Tags: Neutron takes none at creation, so they are put once the object is there.

That call replaces all of an object's tags: it can be repeated.
"""

import logging
from collections.abc import Collection

from dashboard.errors import NeedsOperator
from dashboard.migrations_app.resources.work import Work

TAGS = "tags"
TAGGING = "standard-attr-tag"
# before Pike: of networks alone in Newton, of some others since Ocata
_OLDER = {
    "networks": "tag",
    **dict.fromkeys(("subnets", "ports", "routers", "subnetpools"), "tag-ext"),
}


def can_be_tagged(collection: str, aliases: Collection[str]) -> bool:
    """Return whether a Neutron with these extensions has tags of the objects of a collection."""
    return TAGGING in aliases or _OLDER.get(collection) in aliases


def put_tags(work: Work, collection: str) -> None:
    """Put the source's tags on the copy. What the destination refuses of them is a loss.

    Releases differ in how many an object may have, and how long they may be.
    """
    tags = work.record.fields.get(TAGS)
    if not tags:
        return
    try:
        work.destination.put("network", f"/{collection}/{work.destination_id}/tags", {TAGS: tags})
    except NeedsOperator as error:
        title = work.record.title
        work.log(f"Left out the tags of {title}: {error.sentence}", level=logging.WARNING)
        work.lose(TAGS, f"Neutron refused them: {error.sentence}")
